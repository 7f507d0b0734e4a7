// Manifests come and go together with what lists them as referrers.
import { BerthError, errorKind, errorMessage } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import { type Index, type Manifest, parseManifest } from '../../oci/manifest.ts';
import type { CallOptions } from '../repository.ts';
import { TransportError } from '../transport/transport-error.ts';
import { fetchManifest, isMissing, removeManifest, sendManifest } from './manifests.ts';
import { changeReferrersTag } from './referrers-tag.ts';
import { discard, type RegistryClient } from './registry-client.ts';

/** Returns the digest. A registry that does not note itself what a manifest is about gets the tag that says it. */
export async function putManifest(
  client: RegistryClient,
  path: string,
  manifest: { reference: string; bytes: Uint8Array; mediaType: string },
  o: CallOptions,
): Promise<Digest> {
  const { digest, knowsSubject } = await sendManifest(client, path, manifest, o);
  const { bytes, mediaType } = manifest;
  const referrer = knowsSubject ? undefined : referrerOf(bytes, { mediaType, digest, size: bytes.length });
  if (!referrer) return digest;
  const { subject, entry } = referrer;
  const isListed = (listed: readonly Descriptor[]) => listed.some(other => other.digest === digest);
  const change = (listed: readonly Descriptor[]) => (isListed(listed) ? [...listed] : [...listed, entry]);
  try {
    await changeReferrersTag(client, path, { subject, change }, o);
  } catch (error) {
    throw halfDone(error, `${digest} is pushed, but not listed as a referrer of ${subject}`);
  }
  return digest;
}

/** By digest also out of the list of referrers, where the registry keeps none itself. */
export async function deleteManifest(
  client: RegistryClient,
  path: string,
  tagOrDigest: string,
  o: CallOptions,
): Promise<void> {
  const referrer = isDigest(tagOrDigest) ? await findReferrer(client, path, tagOrDigest, o) : undefined;
  await removeManifest(client, path, tagOrDigest, o);
  if (!referrer) return;
  const { subject, entry } = referrer;
  try {
    if (await hasReferrersApi(client, path, subject, o)) return;
    const change = (listed: readonly Descriptor[]) => listed.filter(other => other.digest !== entry.digest);
    await changeReferrersTag(client, path, { subject, change }, o);
  } catch (error) {
    throw halfDone(error, `${tagOrDigest} is deleted, but still listed as a referrer of ${subject}`);
  }
}

/** A place that breaks down may be tried again, or another one: that error stays what it is. */
function halfDone(error: unknown, what: string): unknown {
  if (error instanceof TransportError || errorKind(error) === 'cancelled') return error;
  return new BerthError(errorKind(error), `${what}: ${errorMessage(error)}`, { cause: error });
}

interface Referrer {
  subject: Digest;
  /** As a list of referrers shows it. */
  entry: Descriptor;
}

/** Undefined for what is about nothing, and for what cannot be read. */
function referrerOf(bytes: Uint8Array, { mediaType, digest, size }: Descriptor): Referrer | undefined {
  let document: Manifest | Index;
  try {
    const parsed = parseManifest(bytes);
    document = 'index' in parsed ? parsed.index : parsed.manifest;
  } catch {
    return undefined;
  }
  const { subject, annotations } = document;
  if (typeof subject?.digest !== 'string' || !isDigest(subject.digest)) return undefined;
  const artifactType = document.artifactType || ('config' in document ? document.config.mediaType : '');
  const described = { ...(artifactType && { artifactType }), ...(annotations && { annotations }) };
  return { subject: subject.digest, entry: { mediaType: document.mediaType ?? mediaType, digest, size, ...described } };
}

async function findReferrer(
  client: RegistryClient,
  path: string,
  digest: Digest,
  o: CallOptions,
): Promise<Referrer | undefined> {
  try {
    const { bytes, descriptor } = await fetchManifest(client, path, digest, o);
    return referrerOf(bytes, descriptor);
  } catch (error) {
    // Whatever is wrong with it is no reason to keep it.
    if (isMissing(error) || errorKind(error) === 'invalid') return undefined;
    throw error;
  }
}

async function hasReferrersApi(
  client: RegistryClient,
  path: string,
  subject: Digest,
  { signal }: CallOptions,
): Promise<boolean> {
  const request = { method: 'GET', path: `${path}/referrers/${subject}`, accept: [200, 404], signal };
  const answer = await client.call(request);
  await discard(answer);
  return answer.status === 200;
}
