// OCI image layouts: `index.json` leads, through nested indexes, to manifests; blobs lie under `blobs/`.
import { type BerthError, invalid } from '../../lib/errors.ts';
import { type Descriptor, isIndexType } from '../../oci/descriptor.ts';
import { digestBy, digestParts } from '../../oci/digest.ts';
import { parseImageConfig } from '../../oci/image-config.ts';
import { type Manifest, parseManifest } from '../../oci/manifest.ts';
import { formatPlatform, type Platform, platformRank } from '../../oci/platform.ts';
import { parseReference, type Reference, withDefaultTag } from '../../oci/reference.ts';
import type { ImageSource } from '../image.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { ArchivedImage } from './archived-image.ts';

export const layoutIndex = 'index.json';
const maximumDepth = 4;
/** The rank of a platform that the machine runs as its own. */
const exact = 100;

/** containerd writes the whole name, the OCI specification only the tag (or the name, by habit). */
const nameAnnotations = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

/** Which platforms of an image are wanted: `only` those, or all that the archive brings, the best for `host` first. */
export interface PlatformChoice {
  host: Platform;
  only: readonly Platform[] | undefined;
}

/** A manifest of the layout whose layers are all in the archive, and how it was found. */
interface LayoutImage {
  source: Omit<ImageSource, 'layers'>;
  manifest: Manifest;
}

/** An entry of `index.json`: the image it names, for one platform or more, the best first. */
export interface LayoutEntry {
  references: Reference[];
  images: LayoutImage[];
}

/** One image for each entry of `index.json`, with its other platforms. Throws `invalid` naming what is missing. */
export async function* readOciLayout(files: ArchiveFiles, choice: PlatformChoice): AsyncGenerator<ArchivedImage, void> {
  let found = 0;
  for (const { references, images } of await listLayout(files, choice)) {
    const read: ArchivedImage[] = [];
    for (const image of images) read.push(await readLayoutImage(image, files));
    const [first, ...variants] = read;
    if (!first) continue;
    found++;
    yield { ...first, references, variants };
  }
  if (found > 0) return;
  throw noWantedImage(choice);
}

/** Of an archive that has nothing for any of the platforms that are wanted. */
export function noWantedImage({ only, host }: PlatformChoice): BerthError {
  const wanted = (only ?? [host]).map(formatPlatform).join(', ');
  return invalid(`invalid archive: no image for platform ${wanted}`);
}

/** Whether it is one of them, or an older variant that they run. */
export function isWanted(platform: Platform, wanted: readonly Platform[]): boolean {
  return wanted.some(one => platformRank(platform, one) >= exact);
}

/** What the layout holds that is wanted and whole. Attestations are passed over. Throws `invalid`. */
export async function listLayout(files: ArchiveFiles, choice: PlatformChoice): Promise<LayoutEntry[]> {
  const top = parseManifest(await files.bytes(layoutIndex, 'file'), layoutIndex);
  if (!('index' in top)) throw invalid(`invalid archive: ${layoutIndex} is not an index`);
  const entries: LayoutEntry[] = [];
  for (const entry of top.index.manifests) {
    if (isAttestation(entry)) continue;
    const images = await Array.fromAsync(resolve(entry, { files, choice, depth: 0, only: true }));
    images.sort((a, b) => rank(b.source.manifest, choice) - rank(a.source.manifest, choice));
    entries.push({ references: namesOf(entry), images });
  }
  return entries;
}

/** Takes in the configuration, the layers and the documents that describe them. Throws `invalid`. */
export async function readLayoutImage({ source, manifest }: LayoutImage, files: ArchiveFiles): Promise<ArchivedImage> {
  const { digest } = source.manifest;
  const config = await blob(manifest.config, files, 'image config');
  if (parseImageConfig(config).rootfs.diff_ids.length !== manifest.layers.length) {
    throw invalid(`invalid archive: manifest ${digest} is not a container image`);
  }
  const layers: Descriptor[] = [];
  for (const layer of manifest.layers) {
    const stored = await files.layer(blobPath(layer), 'layer');
    if (stored.digest !== layer.digest)
      throw invalid(`invalid archive: layer ${layer.digest} has digest ${stored.digest}`);
    layers.push({ mediaType: layer.mediaType || stored.mediaType, digest: layer.digest, size: layer.size });
  }
  await files.store(blobPath(source.manifest), 'manifest');
  if (source.index) await files.store(blobPath(source.index), 'index');
  return { config, layers, references: [], source };
}

interface Search {
  files: ArchiveFiles;
  choice: PlatformChoice;
  depth: number;
  /** Nothing stands beside it: then it is taken for what it is, and a missing part of it is an error. */
  only: boolean;
  index?: Descriptor;
}

/** The images an entry leads to. */
async function* resolve(entry: Descriptor, search: Search): AsyncGenerator<LayoutImage, void> {
  const { files, choice, depth, only, index } = search;
  if (isAttestation(entry) || (entry.platform && rank(entry, choice) === 0)) return;
  // An index of many platforms need not bring the content of all of them.
  if (!only && !files.has(blobPath(entry))) return;
  const what = isIndexType(entry.mediaType) ? 'index' : 'manifest';
  const parsed = parseManifest(await blob(entry, files, what), `${what} ${entry.digest}`);
  if ('manifest' in parsed) {
    const { manifest } = parsed;
    const whole = [manifest.config, ...manifest.layers].every(part => files.has(blobPath(part)));
    // Of this machine's platform a missing part is an error, and the reader will name it.
    if (!whole && !only && rank(entry, choice) < exact) return;
    const described = entry.platform ? entry : await withPlatform(entry, manifest, files);
    if (rank(described, choice) === 0) return;
    yield { manifest, source: { manifest: described, ...(index ? { index } : {}) } };
    return;
  }
  if (depth === maximumDepth) throw invalid('invalid archive: indexes nested too deeply');
  const { manifests } = parsed.index;
  const alone = manifests.filter(other => !isAttestation(other)).length === 1;
  // The outermost index is the one that the name stands for.
  const within = { files, choice, depth: depth + 1, only: only && alone, index: index ?? plain(entry) };
  for (const inner of manifests) yield* resolve(inner, within);
}

/** Without annotations: those of a layout's index speak of the archive. */
function plain({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

async function withPlatform(entry: Descriptor, manifest: Manifest, files: ArchiveFiles): Promise<Descriptor> {
  const { os, architecture, variant } = parseImageConfig(await blob(manifest.config, files, 'image config'));
  const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
  return architecture === '' ? plain(entry) : { ...plain(entry), platform };
}

/** 0 for what is not wanted. What does not say its platform is taken as suitable, but after those that do. */
function rank({ platform }: Descriptor, { host, only }: PlatformChoice): number {
  if (!platform) return 0.5;
  if (only && !isWanted(platform, only)) return 0;
  return 0.1 + platformRank(platform, host);
}

function isAttestation(entry: Descriptor): boolean {
  return entry.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
}

async function blob(descriptor: Descriptor, files: ArchiveFiles, what: string): Promise<Buffer> {
  const bytes = await files.bytes(blobPath(descriptor), what);
  const digest = digestBy(digestParts(descriptor.digest).algorithm, bytes);
  if (digest !== descriptor.digest) {
    throw invalid(`invalid archive: ${what} ${descriptor.digest} has digest ${digest}`);
  }
  return bytes;
}

/** Where a layout has a blob. */
export function blobPath({ digest }: Pick<Descriptor, 'digest'>): string {
  const { algorithm, hex } = digestParts(digest);
  return `blobs/${algorithm}/${hex}`;
}

/** A bare tag (`1.27`) names nothing without a repository, so only what reads as more than a tag counts. */
function namesOf(entry: Descriptor): Reference[] {
  for (const key of nameAnnotations) {
    const name = entry.annotations?.[key];
    if (name === undefined || (key !== nameAnnotations[0] && !/[/:]/.test(name))) continue;
    const reference = parseReference(name);
    return reference.digest === undefined ? [withDefaultTag(reference)] : [];
  }
  return [];
}
