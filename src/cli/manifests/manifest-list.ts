// A manifest list made of manifests, in the very bytes Docker makes of it.

import { mediaTypes } from '../../oci/descriptor.ts';
import { parseReference } from '../../oci/reference.ts';
import { type ImageManifest, orderPlatform } from './image-manifest.ts';

/** What goes to the registry. */
interface ManifestList {
  mediaType: string;
  /** JSON, indented as Docker does: its digest depends on it. */
  text: string;
}

/**
 * The list of these manifests for a repository of registry `domain`: an OCI index when the first of them is of that
 * family. Throws a plain Error for an image of another registry.
 */
export function manifestList(manifests: readonly ImageManifest[], domain: string): ManifestList {
  const entries = manifests.map(({ Ref, Descriptor: { mediaType, size, digest, platform } }) => {
    const home = parseReference(Ref).domain;
    if (home !== domain) {
      throw new Error(`cannot use source images from a different registry than the target image: ${home} != ${domain}`);
    }
    return { mediaType, size, digest, platform: orderPlatform(platform) };
  });
  const isOci = entries[0]?.mediaType === mediaTypes.ociManifest;
  const mediaType = isOci ? mediaTypes.ociIndex : mediaTypes.dockerList;
  return { mediaType, text: JSON.stringify({ schemaVersion: 2, mediaType, manifests: entries }, null, 3) };
}
