// From a tag or digest in a registry to the manifest of one platform.
import type { FetchedManifest, Repository } from '../../../distribution/index.ts';
import { type BerthError, invalid, notFound } from '../../../lib/errors.ts';
import { type Descriptor, isCacheEntry, isIndexType, mediaTypes } from '../../../oci/descriptor.ts';
import { type Manifest, parseManifest } from '../../../oci/manifest.ts';
import { formatPlatform, type Platform, platformRank } from '../../../oci/platform.ts';

/** What a pull is of: a manifest, and the index that listed it. */
export interface PulledManifest {
  manifest: Manifest;
  source: FetchedManifest;
  /** What the name stands for; absent when that is the manifest itself. */
  index?: FetchedManifest;
}

const deepestIndex = 3;
const schema1 = 'application/vnd.docker.distribution.manifest.v1';

const configTypes: readonly string[] = [mediaTypes.ociConfig, mediaTypes.dockerConfig];
const layerTypes: readonly string[] = [
  ...[mediaTypes.ociLayer, mediaTypes.ociLayerGzip, mediaTypes.ociLayerZstd],
  ...[mediaTypes.dockerLayer, mediaTypes.dockerLayerGzip, `${mediaTypes.dockerLayer}.zstd`],
];

/** Throws `invalid` in Docker's words for what is no image, and where nothing is for `platform`. */
export async function readManifest(
  repository: Repository,
  tagOrDigest: string,
  o: { platform: Platform; variant?: string | undefined; signal: AbortSignal; onFound: () => void },
): Promise<PulledManifest> {
  const top = await repository.manifest(tagOrDigest, o);
  o.onFound();
  let current = top;
  for (let depth = 0; ; depth++) {
    const parsed = readDocument(current);
    if ('manifest' in parsed) {
      checkImage(parsed.manifest);
      return { manifest: parsed.manifest, source: current, ...(current === top ? {} : { index: top }) };
    }
    if (depth === deepestIndex) throw invalid(`index ${top.descriptor.digest} is nested too deeply`);
    const entry = choosePlatform(parsed.index.manifests, o);
    current = await repository.manifest(entry.digest, o);
    if (current.descriptor.size !== entry.size) {
      throw invalid(`manifest ${entry.digest} has ${current.descriptor.size} bytes, and should have ${entry.size}`);
    }
  }
}

function readDocument({ bytes, descriptor }: FetchedManifest): ReturnType<typeof parseManifest> {
  const { mediaType, digest } = descriptor;
  if (mediaType.startsWith(schema1)) throw schema1Refusal(digest);
  const document = JSON.parse(bytes.toString('utf8')) as Record<string, unknown> | null;
  if (document?.schemaVersion === 1) throw schema1Refusal(digest);
  const parsed = parseManifest(bytes, `manifest ${digest}`);
  // One that can be read both ways is an attempt to be read differently by somebody else.
  if (document?.manifests !== undefined && (document.layers !== undefined || document.config !== undefined)) {
    throw invalid(`manifest ${digest} is ambiguous: it has both manifests and layers`);
  }
  if (isIndexType(mediaType) !== 'index' in parsed && Object.values<string>(mediaTypes).includes(mediaType)) {
    throw invalid(`manifest ${digest} is not of the type it was served as: ${mediaType}`);
  }
  return parsed;
}

/**
 * The most suitable for `platform`, or up to its `variant`; one that names no platform counts when nothing else does.
 * Throws `not-found` in Docker's words.
 */
export function choosePlatform(
  entries: readonly Descriptor[],
  { platform, variant }: { platform: Platform; variant?: string | undefined },
): Descriptor {
  const machine = variant === undefined ? platform : { ...platform, variant };
  const ranked = entries
    .filter(entry => entry.annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest')
    .filter(entry => !isCacheEntry(entry.mediaType))
    .map(entry => ({ entry, rank: entry.platform ? platformRank(entry.platform, machine) : 0.5 }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank);
  const best = ranked[0]?.entry;
  if (!best) throw notFound(`no matching manifest for ${formatPlatform(platform)} in the manifest list entries`);
  return best;
}

function checkImage({ config, layers }: Manifest): void {
  if (config.mediaType !== '' && !configTypes.includes(config.mediaType)) {
    throw invalid(`unsupported media type ${config.mediaType}`);
  }
  const unknown = layers.find(({ mediaType }) => mediaType !== '' && !layerTypes.includes(mediaType));
  if (unknown) throw invalid(`unsupported media type ${unknown.mediaType}`);
}

function schema1Refusal(digest: string): BerthError {
  return invalid(
    `manifest ${digest}: Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been removed. ` +
      'Suggest the author of the image to upgrade it to the OCI Format or Docker Image manifest version 2, schema 2. ' +
      'More information at https://docs.docker.com/go/deprecated-image-specs/',
  );
}
