// One name pushed: blobs first, then what refers to them.
import type { ContentStore, Lease } from '../../../content/index.ts';
import { RegistryError, type Repository } from '../../../distribution/index.ts';
import { errorKind } from '../../../lib/errors.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import { shortId } from '../../../oci/digest.ts';
import type { Platform } from '../../../oci/platform.ts';
import { parseReference, type Reference } from '../../../oci/reference.ts';
import type { Image } from '../../image.ts';
import type { NewImage } from '../../records/register-image.ts';
import type { Emit } from '../transfer-event.ts';
import type { CompressOptions } from './compress-layer.ts';
import { holdBack } from './hold-back.ts';
import type { LayerArchives } from './layer-archives.ts';
import { mountSources } from './mount-sources.ts';
import { type BesideManifest, type PushedImage, type PushPlan, planPush } from './plan-push.ts';
import { type PushLayerDeps, pushLayer, sendBlob } from './push-layer.ts';
import { composePushManifest } from './push-manifest.ts';

export interface PushDeps extends Pick<PushLayerDeps, 'slots' | 'sending'> {
  content: ContentStore;
  archives: LayerArchives;
  /** Every image there is. */
  images: () => readonly Image[];
  /** The image and its other platforms. */
  platforms: (image: Image) => readonly Image[];
  /** Writes what an image was pushed as, and the digest it can be named by from now on. */
  record: (id: Digest, image: Omit<NewImage, 'config'>, names: readonly Reference[]) => void;
}

interface PushOptions {
  platform: Platform | undefined;
  /** What to send, where that is known. */
  manifest?: Digest | undefined;
  lease: Lease;
  emit: Emit;
  signal: AbortSignal;
}

/** `reference` has a tag. Returns what it stands for in the registry now. Throws what that refuses, `cancelled`. */
export async function pushImage(
  image: Image,
  reference: Reference & { tag: string },
  repository: Repository,
  deps: PushDeps,
  o: PushOptions,
): Promise<{ digest: Digest; size: number }> {
  const { content } = deps;
  const { tag, ...untagged } = reference;
  const { platform, manifest } = o;
  const plan = await planPush(image, reference, { platforms: deps.platforms(image), platform, manifest, content });
  // Asked while blobs are.
  const isThere = hasTag(plan, image, reference, repository, o);
  const pushed: { one: PushedImage; manifest: Descriptor; layers: Descriptor[] }[] = [];
  for (const one of plan.images) {
    const sent = await pushBlobs(one, reference, repository, deps, o);
    const name = plan.index ? sent.manifest.digest : tag;
    const { mediaType } = sent.manifest;
    if (plan.index || !(await isThere)) await repository.putManifest(name, { bytes: sent.bytes, mediaType }, o);
    pushed.push({ one, ...sent });
  }
  for (const one of plan.beside) await pushBeside(one, repository, deps, o);
  const named = plan.index?.source ?? (pushed[0]?.manifest as Descriptor);
  if (plan.index && !(await isThere)) {
    await repository.putManifest(tag, { bytes: plan.index.bytes, mediaType: named.mediaType }, o);
  }
  for (const { one, manifest, layers } of pushed) {
    const source = { manifest, ...(one.source?.index ? { index: one.source.index } : {}) };
    // Names are for what stands for all platforms.
    const isNamed = one.image.id === image.id && image.variantOf === undefined;
    deps.record(one.image.id, { layers, source }, isNamed ? [{ ...untagged, digest: named.digest }] : []);
  }
  return { digest: named.digest, size: named.size };
}

/**
 * Whether the tag stands for what is pushed already, as far as one can tell: writing it again would only cost the registry
 * time. It is asked only where the repository is known to have had it. Never rejects.
 */
async function hasTag(
  plan: PushPlan,
  image: Image,
  { domain, path, tag }: Reference & { tag: string },
  repository: Repository,
  { signal }: Pick<PushOptions, 'signal'>,
): Promise<boolean> {
  const digest = (plan.index?.source ?? plan.images[0]?.source?.manifest)?.digest;
  const wasThere = image.digests.some(text => {
    const name = parseReference(text);
    return name.domain === domain && name.path === path && name.digest === digest;
  });
  if (!wasThere) return false;
  return await repository.resolve(tag, { signal }).then(
    found => found.digest === digest,
    () => false,
  );
}

/** What it names first: registries take no manifest without that. */
async function pushBeside(
  { manifest, bytes, blobs }: BesideManifest,
  repository: Repository,
  { content }: PushDeps,
  o: PushOptions,
): Promise<void> {
  o.lease.keep(manifest.digest, ...blobs.map(({ digest }) => digest));
  for (const blob of blobs) {
    if ((await repository.blobSize(blob.digest, o)) !== undefined) continue;
    await sendBlob(blob, { content, repository, signal: o.signal }, () => {});
  }
  await repository.putManifest(manifest.digest, { bytes, mediaType: manifest.mediaType }, o);
}

/** Layers (the topmost is told of first), configuration; returns the manifest that can be put now. */
async function pushBlobs(
  { image, source }: PushedImage,
  reference: Reference,
  repository: Repository,
  deps: PushDeps,
  o: PushOptions,
): Promise<{ manifest: Descriptor; bytes: Buffer; layers: Descriptor[] }> {
  const { content, archives } = deps;
  const stop = new AbortController();
  const signal = AbortSignal.any([o.signal, stop.signal]);
  // Asked while the layers are; sent after them.
  const known = repository.blobSize(image.id, { ...o, signal });
  const { emit, release } = holdBack(o.emit);
  known.then(release, () => {});
  const layerDeps = { ...deps, ...o, repository, signal, emit };
  o.lease.keep(image.id, ...image.chainIds, ...image.layers.map(({ digest }) => digest));
  if (source) o.lease.keep(source.manifest.digest, ...source.layers.map(({ digest }) => digest));
  // What is there already is found without looking at all others.
  let everything: readonly Image[] | undefined;
  const all = () => (everything ??= deps.images());
  const order = [...image.diffIds.entries()].reverse();
  for (const [, diffId] of order) emit({ kind: 'progress', id: shortId(diffId), status: 'Preparing' });
  const config = { digest: image.id, size: content.size(image.id) };
  const sending = order.map(async ([at, diffId]) => {
    const layer = {
      ...{ diffId, size: image.layers[at]?.size ?? 0 },
      blob: source?.layers[at] ?? archives.find(image, at, all),
      compress: (options: Omit<CompressOptions, 'lease'>) =>
        archives.compress(image, at, { ...options, lease: o.lease }),
      mountFrom: (digest: Digest) => mountSources(digest, reference, all()),
    };
    return pushLayer(layer, layerDeps);
  });
  try {
    const layers = (await Promise.all(sending)).reverse();
    if ((await known) === undefined) await sendBlob(config, layerDeps, () => {});
    const bytes = source && (await content.bytes(source.manifest.digest));
    if (source && bytes) return { manifest: source.manifest, bytes, layers };
    const made = composePushManifest(config, layers);
    await content.put(made.bytes, { lease: o.lease });
    return { manifest: made.descriptor, bytes: made.bytes, layers };
  } catch (error) {
    stop.abort();
    await Promise.allSettled([...sending, known]);
    // Docker says of a push what was refused, not, as of other requests, which one wanted to sign in for it.
    const refusal = [error, (error as Error).cause].find(one => one instanceof RegistryError);
    // Otherwise there is nobody to push to.
    if (refusal || errorKind(error) !== 'unavailable') release();
    throw refusal?.first ?? error;
  }
}
