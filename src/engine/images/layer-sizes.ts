// What the layers of images take, each counted once however many images have it.

import type { Image } from '../../images/index.ts';

/** Layers by chain id: their bytes, and how many of the images have them. */
type LayerSizes = Map<string, { size: number; images: number }>;

/** By chain id: bytes, and how many of `images` have the layer. */
export function layerSizes(images: readonly Image[]): LayerSizes {
  const layers: LayerSizes = new Map();
  for (const { chainIds, layerSizes: sizes } of images) {
    chainIds.forEach((id, index) => {
      const known = layers.get(id);
      if (known) known.images++;
      else layers.set(id, { size: sizes[index] ?? 0, images: 1 });
    });
  }
  return layers;
}

/** Bytes of the layers that other images have, too. */
export function sharedSize(image: Image, layers: LayerSizes): number {
  return image.chainIds
    .map(id => layers.get(id))
    .reduce((sum, layer) => sum + (layer && layer.images > 1 ? layer.size : 0), 0);
}

/** Bytes of all of them. */
export function totalSize(layers: LayerSizes): number {
  return [...layers.values()].reduce((sum, { size }) => sum + size, 0);
}
