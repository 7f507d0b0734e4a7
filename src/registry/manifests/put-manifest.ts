// A manifest is pushed: checked, stored as it came, linked.
import { createHash } from 'node:crypto';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, digestParts, sha256 } from '../../oci/digest.ts';
import type { RegistryContext } from '../context.ts';
import { Refusal } from '../refusal.ts';
import type { Repository } from '../storage/repository.ts';
import { type ReadManifest, readManifest } from './read-manifest.ts';

interface PushedManifest {
  readonly name: string;
  /** A tag, or the digest the bytes must have. */
  readonly reference: { tag: string } | { digest: Digest };
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
}

type Needs = Pick<RegistryContext, 'content' | 'repositories' | 'uses' | 'locks' | 'now'>;

/** Returns what is stored. Throws the refusal; then nothing has changed that anybody could see. */
export async function putManifest(
  context: Needs,
  pushed: PushedManifest,
): Promise<{ descriptor: Descriptor; manifest: ReadManifest }> {
  const { name, reference, bytes, contentType } = pushed;
  const digest = digestOf(bytes, reference);
  const manifest = readManifest(bytes, contentType);
  const descriptor: Descriptor = { mediaType: manifest.mediaType, digest, size: bytes.length };
  checkReferences(context, context.repositories.get(name), manifest);
  // In one step with the look: see Uses.
  for (const one of [descriptor, ...manifest.blobs, ...manifest.manifests]) context.uses.note(one.digest);
  // What a manifest names is on disk before the manifest.
  await context.content.lateSync.settled(manifest.blobs.map(blob => blob.digest));
  await context.content.put(bytes, { expected: digest });
  await linkManifest(context, name, { descriptor, manifest, tag: 'tag' in reference ? reference.tag : undefined });
  return { descriptor, manifest };
}

/** Gives a repository a manifest whose bytes are in the content store, with what refers to what, and its tag. */
export async function linkManifest(
  { repositories, locks, now }: Pick<Needs, 'repositories' | 'locks' | 'now'>,
  name: string,
  { descriptor, manifest, tag }: { descriptor: Descriptor; manifest: ReadManifest; tag: string | undefined },
): Promise<void> {
  const { subject } = manifest;
  const pushed = new Date(now()).toISOString();
  const link = async (repository: Repository) => {
    if (subject) await repository.addReferrer(subject.digest, describeReferrer(descriptor, manifest));
    await repository.addManifest(descriptor.digest, { mediaType: descriptor.mediaType, pushed });
    if (tag !== undefined) await repository.setTag(tag, { digest: descriptor.digest, pushed });
  };
  await locks.run(name, () => repositories.fill(name, link));
}

function digestOf(bytes: Buffer, reference: PushedManifest['reference']): Digest {
  if ('tag' in reference) return sha256(bytes);
  const { algorithm } = digestParts(reference.digest);
  const digest: Digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
  if (digest !== reference.digest) throw new Refusal('DIGEST_INVALID', { detail: { digest: reference.digest } });
  return digest;
}

function checkReferences({ content }: Needs, repository: Repository, { blobs, manifests }: ReadManifest): void {
  const missing = [
    ...blobs.filter(({ digest }) => !repository.blobs.has(digest) || !content.has(digest)),
    ...manifests.filter(({ digest }) => !repository.hasManifest(digest) || !content.has(digest)),
  ];
  if (missing.length > 0) {
    throw new Refusal('MANIFEST_BLOB_UNKNOWN', { details: missing.map(({ digest }) => ({ digest })) });
  }
  const wrong = [...blobs, ...manifests].find(({ digest, size }) => content.size(digest) !== size);
  if (wrong) {
    const { digest, size } = wrong;
    throw new Refusal('SIZE_INVALID', { detail: { digest, size, actual: content.size(digest) } });
  }
}

function describeReferrer(descriptor: Descriptor, { artifactType, annotations }: ReadManifest): Descriptor {
  return {
    ...descriptor,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
