// The tag that stands in for the API of referrers where a registry does not have that: an index, which clients keep.
import { invalid } from '../../lib/errors.ts';
import { type Descriptor, mediaTypes } from '../../oci/descriptor.ts';
import { type Digest, digestParts } from '../../oci/digest.ts';
import { type Index, parseManifest } from '../../oci/manifest.ts';
import type { CallOptions } from '../repository.ts';
import { fetchManifest, isMissing, sendManifest } from './manifests.ts';
import type { RegistryClient } from './registry-client.ts';

/** What stands under the tag of `subject`: undefined when that is no index. */
export async function readReferrersTag(
  client: RegistryClient,
  path: string,
  subject: Digest,
  o: CallOptions,
): Promise<Index | 'missing' | undefined> {
  try {
    return readIndex((await fetchManifest(client, path, referrersTag(subject), o)).bytes);
  } catch (error) {
    if (isMissing(error)) return 'missing';
    throw error;
  }
}

/**
 * Writes the list under the tag anew, with what `change` makes of it; the same list is not written. Throws `invalid` when
 * something else stands there, which is left alone. Two clients at once may lose an entry, as the specification says.
 */
export async function changeReferrersTag(
  client: RegistryClient,
  path: string,
  { subject, change }: { subject: Digest; change: (listed: readonly Descriptor[]) => Descriptor[] },
  o: CallOptions,
): Promise<void> {
  const reference = referrersTag(subject);
  const found = await readReferrersTag(client, path, subject, o);
  if (found === undefined) throw invalid(`${reference} stands for something else than a list of referrers`);
  const index: Index =
    found === 'missing' ? { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] } : found;
  const manifests = change(index.manifests);
  if (manifests.length === index.manifests.length) return;
  const bytes = Buffer.from(JSON.stringify({ ...index, manifests }));
  await sendManifest(client, path, { reference, bytes, mediaType: index.mediaType ?? mediaTypes.ociIndex }, o);
}

/** Undefined for everything else, manifests of images among it. */
export function readIndex(bytes: Buffer): Index | undefined {
  try {
    const parsed = parseManifest(bytes, 'referrers');
    return 'index' in parsed ? parsed.index : undefined;
  } catch {
    return undefined;
  }
}

function referrersTag(subject: Digest): string {
  const { algorithm, hex } = digestParts(subject);
  return `${algorithm}-${hex.slice(0, 64)}`;
}
