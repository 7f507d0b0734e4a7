// What the layers of images take, each counted once however many images have it.

import type { Image } from '../../images/index.ts';

/** Layers by chain id: their bytes, and how many of the images have them. */
export type LayerSizes = Map<string, { size: number; images: number }>;

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

/** Bytes of all of them. */
export function totalSize(layers: LayerSizes): number {
  return [...layers.values()].reduce((sum, { size }) => sum + size, 0);
}
