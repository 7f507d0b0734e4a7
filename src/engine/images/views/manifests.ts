// What an image is made of, platform by platform.

import type { ImageManifestSummary } from '../../../api/types/images.ts';
import type { ImageManifest } from '../../../images/index.ts';
import type { Engine } from '../../engine.ts';

/** Every manifest of the index an image came with, there or not; of an image without one its own. Throws not-found. */
export async function listManifests(
  engine: Pick<Engine, 'images' | 'containers'>,
  reference: string,
): Promise<ImageManifestSummary[]> {
  const manifests = await engine.images.manifests(reference);
  return manifests.map(manifest => describe(engine, manifest));
}

function describe(engine: Pick<Engine, 'containers'>, manifest: ImageManifest): ImageManifestSummary {
  const { descriptor, kind, available, contentSize, image } = manifest;
  const unpacked = image?.size ?? 0;
  const { platform } = descriptor;
  const users = [...engine.containers.all()].filter(({ record }) => record.imageId === image?.id);
  return {
    ID: descriptor.digest,
    Descriptor: descriptor,
    Available: available,
    Size: { Content: contentSize, Total: contentSize + unpacked },
    Kind: kind,
    ...(kind === 'image' && platform
      ? { ImageData: { Platform: platform, Containers: users.map(({ id }) => id), Size: { Unpacked: unpacked } } }
      : {}),
    ...(manifest.attests === undefined ? {} : { AttestationData: { For: manifest.attests } }),
  };
}
