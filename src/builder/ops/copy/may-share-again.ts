// Whether files of a tree that have several names already may get another one in a layer.
import type { LayersSnapshot, Snapshot } from '../../solve/snapshot.ts';

/**
 * Two names of one file in one image are not what COPY means: true only if no layer below has a name of it. Remembers that
 * the layer in `upper` may now have one.
 */
export function mayShareAgain(source: Snapshot, { below, upper }: { below: LayersSnapshot; upper: string }): boolean {
  const linked = source.kind === 'tree' ? source.tree.linked : undefined;
  if (!linked) return false;
  // What was made upon nothing can be put on top of anything (`--link`), also by a later build.
  if (below.layers.length === 0) {
    linked.movable = true;
    return false;
  }
  const isFree = ![upper, ...below.layers.map(({ layer }) => layer.directory)].some(path => linked.layers.has(path));
  linked.layers.add(upper);
  return isFree && !linked.movable;
}
