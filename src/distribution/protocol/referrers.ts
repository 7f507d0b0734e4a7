// What refers to a manifest: by the API of distribution 1.1, or by the tag that stands in for it.
import { invalid } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, digestParts } from '../../oci/digest.ts';
import { type Index, parseManifest } from '../../oci/manifest.ts';
import type { CallOptions } from '../repository.ts';
import { nextPage } from './link-header.ts';
import { fetchManifest, isMissing } from './manifests.ts';
import { discard, type RegistryClient } from './registry-client.ts';

const largestPage = 16 * 1024 * 1024;

/** An index, empty when nothing refers to it; of one `artifactType` only when that is given. */
export async function fetchReferrers(
  client: RegistryClient,
  path: string,
  digest: Digest,
  { artifactType, signal }: CallOptions & { artifactType?: string },
): Promise<Index> {
  const manifests: Descriptor[] = [];
  const query = artifactType === undefined ? '' : `?${new URLSearchParams({ artifactType })}`;
  let next: string | URL | undefined = `${path}/referrers/${digest}${query}`;
  while (next) {
    const answer = await client.call({ method: 'GET', path: next, accept: [200, 404], signal });
    if (answer.status === 404) {
      await discard(answer);
      manifests.push(...(await byTag(client, path, digest, { signal })));
      break;
    }
    manifests.push(...readIndex(await answer.buffer(largestPage)));
    next = nextPage(answer.headers.link, answer.url);
  }
  const wanted = manifests.filter(entry => artifactType === undefined || entry.artifactType === artifactType);
  return { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: wanted };
}

async function byTag(client: RegistryClient, path: string, digest: Digest, o: CallOptions): Promise<Descriptor[]> {
  const { algorithm, hex } = digestParts(digest);
  try {
    return readIndex((await fetchManifest(client, path, `${algorithm}-${hex.slice(0, 64)}`, o)).bytes);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function readIndex(bytes: Buffer): Descriptor[] {
  const parsed = parseManifest(bytes, 'referrers');
  if (!('index' in parsed)) throw invalid('referrers: not an index');
  return parsed.index.manifests;
}
