// Where the files of a snapshot can be read, for a while.
import type { Images } from '../../images/index.ts';
import type { Snapshot } from '../solve/snapshot.ts';

export interface OpenRoot extends Disposable {
  readonly path: string;
  /** Its files never change and may be shared by hard links. */
  readonly shareable: boolean;
}

/** A tree as it is, layers mounted for reading. `forContainer`: with owners as containers have them. */
export function openRoot(
  snapshot: Snapshot,
  images: Pick<Images, 'builds'>,
  o: { forContainer?: boolean } = {},
): OpenRoot {
  if (snapshot.kind === 'tree') {
    const { directory } = snapshot.tree;
    const path = o.forContainer ? images.builds.seenByContainers(directory) : directory;
    return { path, shareable: snapshot.tree.immutable, [Symbol.dispose]: () => {} };
  }
  const view = images.builds.view(
    snapshot.layers.map(({ layer }) => layer),
    o,
  );
  // Overlay gives no links away.
  return { path: view.root, shareable: false, [Symbol.dispose]: () => view[Symbol.dispose]() };
}
