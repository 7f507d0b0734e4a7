// What `docker save` writes, decided before the first byte: the documents of both formats, and the blobs they speak of.

import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { notFound } from '../../../lib/errors.ts';
import { goJson } from '../../../lib/text/go-json.ts';
import { type Descriptor, mediaTypes, orderedDescriptor } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import { formatPlatform, type Platform } from '../../../oci/platform.ts';
import { familiarName, familiarReference, formatReference, type Reference } from '../../../oci/reference.ts';
import type { Image } from '../../image.ts';
import { chooseSource } from '../../records/manifests/choose-source.ts';
import { dockerManifest } from '../docker-archive.ts';
import { legacyRepositories } from '../legacy-archive.ts';
import { blobPath, layoutIndex } from '../oci-layout.ts';
import { composeManifest } from './compose-manifest.ts';
import type { SelectedImage } from './select-images.ts';

/** A file of the archive; without `open` it is a blob of the content store. */
export interface ArchivedBlob {
  size: number;
  open?: () => AsyncIterable<Buffer>;
}

/** Blobs by digest, then the documents, by path; `keep`: what must stay until all is written. */
export interface ArchivePlan {
  keep: Digest[];
  blobs: Map<Digest, ArchivedBlob>;
  documents: Map<string, Buffer>;
}

interface PlanSources {
  /** Bytes; throws `not-found`. */
  size: (digest: Digest) => number;
  /** The archive of a layer, by its place. */
  openLayer: (image: Image, index: number) => AsyncIterable<Buffer>;
  /** The image and its other platforms. */
  platforms: (image: Image) => Image[];
  /** What the layout says of the manifest or index that leads to an image, besides its name. */
  annotations?: (digest: Digest) => Readonly<Record<string, string>>;
}

interface ManifestItem {
  Config: string;
  RepoTags: string[] | null;
  Layers: string[];
  Parent?: Digest;
  LayerSources: Record<Digest, { mediaType: string; size: number; digest: Digest }>;
}

/**
 * Of `platform` only that one is saved, else all there are: then the index an image came with leads. Throws `not-found`
 * for a platform that is not there, or a blob.
 */
export function planArchive(
  selected: readonly SelectedImage[],
  platform: Platform | undefined,
  sources: PlanSources,
): ArchivePlan {
  const blobs: ArchivePlan['blobs'] = new Map();
  const index: Descriptor[] = [];
  const items: ManifestItem[] = [];
  const repositories: Record<string, Record<string, string>> = {};
  const ids = new Set(selected.map(({ image }) => image.id));
  for (const { image, references } of selected) {
    for (const name of references.length > 0 ? references : [undefined]) {
      const wanted = platform ? [image] : sources.platforms(image);
      const top = addImage(image, wanted, { name, blobs, sources, platform });
      const entry = annotated(top, name, sources.annotations?.(top.digest));
      // Of several images that one index lists each leads to that.
      if (!index.some(other => isDeepStrictEqual(other, entry))) index.push(entry);
      const last = image.layers.at(-1);
      if (name?.tag === undefined || !last) continue;
      const tags = repositories[familiarName(name)] ?? {};
      repositories[familiarName(name)] = { ...tags, [name.tag]: hex(last.digest) };
    }
    items.push(describe(image, references, ids));
  }
  const documents = new Map([
    [layoutIndex, Buffer.from(goJson({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: index }))],
    [dockerManifest, document(items)],
    ['oci-layout', Buffer.from('{"imageLayoutVersion": "1.0.0"}')],
  ]);
  if (Object.keys(repositories).length > 0) documents.set(legacyRepositories, document(repositories));
  const chains = selected.flatMap(({ image }) => sources.platforms(image).flatMap(({ chainIds }) => chainIds));
  return { keep: [...blobs.keys(), ...chains], blobs, documents };
}

/** The refusal of a save for a platform that is not there. */
export function noExportTarget(platform: Platform): Error {
  return notFound(`no suitable export target found for platform ${formatPlatform(platform)}`);
}

interface Adding {
  name: Reference | undefined;
  blobs: ArchivePlan['blobs'];
  sources: PlanSources;
  platform: Platform | undefined;
}

/** Notes the blobs of an image (for all `wanted` platforms) and returns the descriptor that leads to them. */
function addImage(image: Image, wanted: readonly Image[], { name, blobs, sources, platform }: Adding): Descriptor {
  const add = (digest: Digest) => blobs.set(digest, { size: sources.size(digest) });
  const source = chooseSource(image, name);
  for (const one of wanted) {
    const own = one.id === image.id ? source : one.sources.find(({ index }) => index?.digest === source?.index?.digest);
    add(one.id);
    if (own) for (const { digest } of [own.manifest, ...own.layers]) add(digest);
    else {
      for (const [index, { digest, size }] of one.layers.entries()) {
        blobs.set(digest, { size, open: () => sources.openLayer(one, index) });
      }
    }
  }
  if (source?.index && !platform) {
    add(source.index.digest);
    return source.index;
  }
  if (source) return source.manifest;
  const { descriptor, bytes } = composeManifest(image, sources.size(image.id));
  blobs.set(descriptor.digest, { size: bytes.length, open: () => Readable.from([bytes]) });
  // Alone in its index it needs no platform.
  const { platform: _none, ...plain } = descriptor;
  return plain;
}

function describe(image: Image, references: readonly Reference[], saved: ReadonlySet<Digest>): ManifestItem {
  const layers = chooseSource(image, references[0])?.layers ?? image.layers;
  const named = references.map(familiarReference);
  return {
    Config: blobPath({ digest: image.id }),
    RepoTags: named.length > 0 ? named : null,
    Layers: layers.map(blobPath),
    ...(image.parent !== undefined && saved.has(image.parent) ? { Parent: image.parent } : {}),
    LayerSources: Object.fromEntries(
      layers.map(({ mediaType, size, digest }, at) => [image.diffIds[at], { mediaType, size, digest }]),
    ),
  };
}

function annotated(
  { mediaType, digest, size, platform }: Descriptor,
  name: Reference | undefined,
  more: Readonly<Record<string, string>> = {},
): Descriptor {
  const annotations = {
    ...more,
    ...(name?.tag !== undefined && {
      'io.containerd.image.name': formatReference(name),
      'org.opencontainers.image.ref.name': name.tag,
    }),
  };
  return orderedDescriptor({ mediaType, digest, size, annotations, ...(platform && { platform }) });
}

function document(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

function hex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}
