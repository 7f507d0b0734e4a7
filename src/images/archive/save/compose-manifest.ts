// The manifest of an image that came without one: made here, or loaded from an archive that had none.
import { type Descriptor, mediaTypes } from '../../../oci/descriptor.ts';
import { sha256 } from '../../../oci/digest.ts';
import type { Image } from '../../image.ts';
import { imagePlatform } from '../../records/manifests/image-platforms.ts';

/**
 * An OCI manifest of the blobs as they are, the same bytes every time, as Docker 28 writes them. `configSize` in bytes.
 */
export function composeManifest(image: Image, configSize: number): { descriptor: Descriptor; bytes: Buffer } {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, digest: image.id, size: configSize },
      layers: image.layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    }),
  );
  const descriptor = { mediaType: mediaTypes.ociManifest, digest: sha256(bytes), size: bytes.length };
  return { descriptor: { ...descriptor, platform: imagePlatform(image.config) }, bytes };
}
