// OCI image layouts: `index.json` leads, through nested indexes, to manifests; blobs lie under `blobs/`.
import { invalid } from '../../lib/errors.ts';
import { type Descriptor, isIndexType } from '../../oci/descriptor.ts';
import { digestParts, sha256 } from '../../oci/digest.ts';
import { parseImageConfig } from '../../oci/image-config.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { formatPlatform, type Platform, platformRank } from '../../oci/platform.ts';
import { parseReference, type Reference, withDefaultTag } from '../../oci/reference.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { ArchivedImage } from './archived-image.ts';

export const layoutIndex = 'index.json';
const maximumDepth = 4;

/** containerd writes the whole name, the OCI specification only the tag (or the name, by habit). */
const nameAnnotations = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

/**
 * One image per entry of `index.json`; of an entry that is an index itself, the one that suits `platform` best.
 * Attestations are passed over. Throws `invalid` naming what is missing.
 */
export async function* readOciLayout(files: ArchiveFiles, platform: Platform): AsyncGenerator<ArchivedImage, void> {
  const top = parseManifest(await files.bytes(layoutIndex, 'file'), layoutIndex);
  if (!('index' in top)) throw invalid(`invalid archive: ${layoutIndex} is not an index`);
  let found = 0;
  for (const entry of top.index.manifests) {
    const resolved = await resolve(entry, { files, platform, depth: 0 });
    if (!resolved) continue;
    found++;
    yield await readImage(resolved, namesOf(entry), files);
  }
  if (found === 0) throw invalid(`invalid archive: no image for platform ${formatPlatform(platform)}`);
}

interface Search {
  files: ArchiveFiles;
  platform: Platform;
  depth: number;
}

/** The manifest an entry leads to, the best of several; undefined when none suits. */
async function resolve(entry: Descriptor, search: Search): Promise<Descriptor | undefined> {
  if (!isIndexType(entry.mediaType)) {
    return entry.platform && rank(entry, search.platform) === 0 ? undefined : entry;
  }
  if (search.depth === maximumDepth) throw invalid('invalid archive: indexes nested too deeply');
  const parsed = parseManifest(await blob(entry, search.files, 'index'), `index ${entry.digest}`);
  if (!('index' in parsed)) throw invalid(`invalid archive: ${entry.digest} is not an index`);
  const candidates = parsed.index.manifests
    .filter(candidate => !isAttestation(candidate))
    .map(candidate => ({ candidate, rank: rank(candidate, search.platform) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank);
  for (const { candidate } of candidates) {
    // An index of many platforms need not bring the content of all of them.
    if (!search.files.has(blobPath(candidate)) && candidates.length > 1) continue;
    const resolved = await resolve(candidate, { ...search, depth: search.depth + 1 });
    if (resolved) return resolved;
  }
  return undefined;
}

/** Without a platform an entry is taken as suitable, but after those that say so. */
function rank(entry: Descriptor, platform: Platform): number {
  return entry.platform ? platformRank(entry.platform, platform) : 0.5;
}

function isAttestation(entry: Descriptor): boolean {
  return entry.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
}

async function readImage(entry: Descriptor, references: Reference[], files: ArchiveFiles): Promise<ArchivedImage> {
  const parsed = parseManifest(await blob(entry, files, 'manifest'), `manifest ${entry.digest}`);
  if (!('manifest' in parsed)) throw invalid(`invalid archive: ${entry.digest} is not a manifest`);
  const { manifest } = parsed;
  const config = await blob(manifest.config, files, 'image config');
  if (parseImageConfig(config).rootfs.diff_ids.length !== manifest.layers.length) {
    throw invalid(`invalid archive: manifest ${entry.digest} is not a container image`);
  }
  const layers: Descriptor[] = [];
  for (const layer of manifest.layers) {
    const stored = await files.layer(blobPath(layer), 'layer');
    if (stored.digest !== layer.digest)
      throw invalid(`invalid archive: layer ${layer.digest} has digest ${stored.digest}`);
    layers.push({ mediaType: layer.mediaType || stored.mediaType, digest: layer.digest, size: layer.size });
  }
  return { config, layers, references };
}

async function blob(descriptor: Descriptor, files: ArchiveFiles, what: string): Promise<Buffer> {
  const bytes = await files.bytes(blobPath(descriptor), what);
  const digest = sha256(bytes);
  if (descriptor.digest.startsWith('sha256:') && digest !== descriptor.digest) {
    throw invalid(`invalid archive: ${what} ${descriptor.digest} has digest ${digest}`);
  }
  return bytes;
}

function blobPath({ digest }: Descriptor): string {
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
