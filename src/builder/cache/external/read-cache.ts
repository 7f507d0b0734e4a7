// Reads what an external cache says, in a manifest of its own or within the configurations of images.
import { createHash } from 'node:crypto';
import type { FetchableLayer } from '../../../images/index.ts';
import { invalid } from '../../../lib/errors.ts';
import { type Descriptor, isLayerType, mediaTypes } from '../../../oci/descriptor.ts';
import { digestParts, isDigest } from '../../../oci/digest.ts';
import { type ImageConfig, parseImageConfig } from '../../../oci/image-config.ts';
import { type Manifest, parseJson, parseManifest } from '../../../oci/manifest.ts';
import { type ConfigLayer, inlineCacheKey, type NotedStep, parseCacheConfig, readRecords } from './cache-config.ts';
import type { ImportedStep } from './imported-steps.ts';

/** Where a cache lies. */
export interface CachePlace {
  /** As it was given, for messages. */
  readonly name: string;
  manifest(descriptor: Descriptor, signal: AbortSignal): Promise<Uint8Array>;
  blob(descriptor: Descriptor, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** `foreign`: records of other builders. */
export interface ReadCache {
  readonly steps: readonly ImportedStep[];
  readonly foreign: number;
}

/** Longest configuration, in bytes. */
const longest = 16 * 1024 * 1024;
/** Indexes within indexes. */
const deepest = 3;

/** `top`: the bytes of its manifest or index. Throws `invalid` for what is neither, and what the place throws. */
export async function readCache(
  top: Uint8Array,
  place: CachePlace,
  signal: AbortSignal,
  depth = 0,
): Promise<ReadCache> {
  const parsed = parseManifest(top, `cache ${place.name}`);
  if ('manifest' in parsed) return await readManifestCache(parsed.manifest, place, signal);
  const { manifests } = parsed.index;
  const config = manifests.find(({ mediaType }) => mediaType === mediaTypes.buildkitCache);
  if (config) return await readConfig(config, manifests, place, signal);
  const isImage = ({ mediaType, annotations }: Descriptor) =>
    !isLayerType(mediaType) && annotations?.['vnd.docker.reference.type'] === undefined;
  const all: ReadCache[] = [];
  for (const image of depth < deepest ? manifests.filter(isImage) : []) {
    all.push(await readCache(await place.manifest(image, signal), place, signal, depth + 1));
  }
  return { steps: all.flatMap(({ steps }) => steps), foreign: all.reduce((sum, { foreign }) => sum + foreign, 0) };
}

async function readManifestCache(manifest: Manifest, place: CachePlace, signal: AbortSignal): Promise<ReadCache> {
  const { config, layers } = manifest;
  if (config.mediaType === mediaTypes.buildkitCache) return await readConfig(config, layers, place, signal);
  if (config.mediaType !== mediaTypes.ociConfig && config.mediaType !== mediaTypes.dockerConfig) {
    return { steps: [], foreign: 0 };
  }
  return readInline(parseImageConfig(await whole(config, place, signal)), layers, place);
}

async function readConfig(
  descriptor: Descriptor,
  layers: readonly Descriptor[],
  place: CachePlace,
  signal: AbortSignal,
): Promise<ReadCache> {
  const config = parseCacheConfig(await whole(descriptor, place, signal));
  const byDigest = new Map(layers.map(layer => [layer.digest as string, layer]));
  const blobs = config.layers.map(({ blob }) => fetchable(byDigest.get(blob), undefined, place));
  return combine(readRecords(config.records, config.layers), blobs, place);
}

/** What an image's own configuration says of the steps its layers are the results of. Throws `invalid`. */
export function readInline(
  { rootfs, ...config }: ImageConfig,
  layers: readonly Descriptor[],
  place: CachePlace,
): ReadCache {
  const inline = (config as Record<string, unknown>)[inlineCacheKey];
  if (typeof inline !== 'string' || rootfs.diff_ids.length !== layers.length) return { steps: [], foreign: 0 };
  const records = parseJson(Buffer.from(inline, 'base64'), `inline cache of ${place.name}`);
  const chain = layers.map((layer, at): ConfigLayer => ({ blob: layer.digest, parent: at - 1 }));
  const blobs = layers.map((layer, at) => fetchable(layer, rootfs.diff_ids[at], place));
  return combine(readRecords(Array.isArray(records) ? records : [], chain), blobs, place);
}

/** Steps whose layers can all be had. */
function combine(
  { steps, foreign }: { steps: readonly NotedStep[]; foreign: number },
  blobs: readonly (FetchableLayer | undefined)[],
  place: CachePlace,
): ReadCache {
  const imported = steps.flatMap(({ chain, ...step }): ImportedStep[] => {
    const layers = chain.map(at => blobs[at]).filter(layer => layer !== undefined);
    return layers.length === chain.length ? [{ ...step, layers, from: place.name }] : [];
  });
  return { steps: imported, foreign };
}

function fetchable(
  descriptor: Descriptor | undefined,
  known: string | undefined,
  place: CachePlace,
): FetchableLayer | undefined {
  const diffId = known ?? descriptor?.annotations?.['containerd.io/uncompressed'];
  if (!descriptor || diffId === undefined || !isDigest(diffId) || !isLayerType(descriptor.mediaType)) return undefined;
  const { mediaType, digest, size } = descriptor;
  return { descriptor: { mediaType, digest, size }, diffId, open: signal => place.blob(descriptor, signal) };
}

async function whole(descriptor: Descriptor, place: CachePlace, signal: AbortSignal): Promise<Buffer> {
  const { digest, size } = descriptor;
  if (size > longest) throw invalid(`blob ${digest} is too large (${size} > ${longest})`);
  const parts: Uint8Array[] = [];
  let read = 0;
  for await (const part of place.blob(descriptor, signal)) {
    read += part.length;
    if (read > size) break;
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  const { algorithm, hex } = digestParts(digest);
  if (createHash(algorithm).update(bytes).digest('hex') !== hex)
    throw invalid(`blob ${digest} is not what it should be`);
  return bytes;
}
