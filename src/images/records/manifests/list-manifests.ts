// The manifests of an image: all that its index lists, whether they are here or not.
import type { ContentStore } from '../../../content/index.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { parseManifest } from '../../../oci/manifest.ts';
import { composeManifest } from '../../archive/save/compose-manifest.ts';
import type { Image } from '../../image.ts';

/** One platform of an image, or what is known of one that is not here. */
export interface ImageManifest {
  descriptor: Descriptor;
  kind: 'image' | 'attestation' | 'unknown';
  /** All of it is here. */
  available: boolean;
  /** Bytes of the blobs that are here. */
  contentSize: number;
  image: Image | undefined;
  /** The manifest that this attestation is about. */
  attests?: Digest;
}

/** `platforms`: the image itself first. Of an image without a manifest the one it would be saved with. */
export async function listImageManifests(platforms: readonly Image[], content: ContentStore): Promise<ImageManifest[]> {
  const [image] = platforms;
  if (!image) return [];
  const source = image.sources[0];
  if (!source?.index) {
    const descriptor = source?.manifest ?? composeManifest(image, content.size(image.id)).descriptor;
    return [describe(descriptor, image, content)];
  }
  const parsed = parseManifest(await content.bytes(source.index.digest), `index ${source.index.digest}`);
  const manifests = 'index' in parsed ? parsed.index.manifests : [];
  return manifests.map(descriptor => {
    const has = ({ sources }: Image) => sources.some(({ manifest }) => manifest.digest === descriptor.digest);
    return describe(descriptor, platforms.find(has), content);
  });
}

function describe(descriptor: Descriptor, image: Image | undefined, content: ContentStore): ImageManifest {
  const attests = descriptor.annotations?.['vnd.docker.reference.digest'];
  const isAttestation = descriptor.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
  const layers = image?.sources.find(({ manifest }) => manifest.digest === descriptor.digest)?.layers ?? image?.layers;
  const blobs = [descriptor.digest, ...(image ? [image.id] : []), ...(layers ?? []).map(({ digest }) => digest)];
  const here = [...new Set(blobs)].filter(digest => content.has(digest));
  return {
    descriptor,
    kind: isAttestation ? 'attestation' : descriptor.platform ? 'image' : 'unknown',
    available: image !== undefined,
    contentSize: here.reduce((total, digest) => total + content.size(digest), 0),
    image,
    ...(isAttestation && attests !== undefined && isDigest(attests) ? { attests } : {}),
  };
}
