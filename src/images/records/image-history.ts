// `docker history`: the steps an image was made in, newest first.
import type { Digest } from '../../oci/digest.ts';
import type { HistoryRow, Image } from '../image.ts';

/**
 * One row per history entry; sizes belong to the entries that made a layer. The first row carries the image's id, the
 * next ones those of its ancestors as far as they are known (`find`).
 */
export function imageHistory(image: Image, find: (id: Digest) => Image | undefined): HistoryRow[] {
  const rows: HistoryRow[] = [];
  let layer = 0;
  for (const entry of image.config.history ?? []) {
    const size = entry.empty_layer ? 0 : (image.layerSizes[layer++] ?? 0);
    rows.unshift({
      id: undefined,
      created: entry.created ?? '',
      createdBy: entry.created_by ?? '',
      comment: entry.comment ?? '',
      size,
      tags: [],
    });
  }
  let ancestor: Image | undefined = image;
  for (const row of rows) {
    if (!ancestor) break;
    row.id = ancestor.id;
    row.tags = ancestor.tags;
    ancestor = ancestor.parent === undefined ? undefined : find(ancestor.parent);
  }
  return rows;
}
