// The manifest of an image that is pushed for the first time, as Docker writes it.
import { type Descriptor, mediaTypes } from '../../../oci/descriptor.ts';
import { sha256 } from '../../../oci/digest.ts';

const dockerTypes: Readonly<Record<string, string>> = {
  [mediaTypes.ociLayer]: mediaTypes.dockerLayer,
  [mediaTypes.ociLayerGzip]: mediaTypes.dockerLayerGzip,
};

/** Schema 2, which every registry takes; OCI where a layer is of a kind that only that has. The same bytes every time. */
export function composePushManifest(
  config: Pick<Descriptor, 'digest' | 'size'>,
  layers: readonly Descriptor[],
): { descriptor: Descriptor; bytes: Buffer } {
  const oci = layers.some(({ mediaType }) => mediaType === mediaTypes.ociLayerZstd);
  const mediaType = oci ? mediaTypes.ociManifest : mediaTypes.dockerManifest;
  const typeOf = (type: string) => (oci ? type : (dockerTypes[type] ?? type));
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: oci ? mediaTypes.ociConfig : mediaTypes.dockerConfig,
      size: config.size,
      digest: config.digest,
    },
    layers: layers.map(({ mediaType: type, size, digest }) => ({ mediaType: typeOf(type), size, digest })),
  };
  const bytes = Buffer.from(JSON.stringify(manifest, null, 3));
  return { descriptor: { mediaType, digest: sha256(bytes), size: bytes.length }, bytes };
}
