// What comes out of a vertex: layers, or files from outside.
import type { BuildLayer } from '../../images/index.ts';
import type { ArrivingTree, SourceTree } from '../source.ts';

/** A layer made by a build has a time, one of a base image none. */
export interface SnapshotLayer {
  readonly layer: BuildLayer;
  readonly created?: Date;
}

export interface LayersSnapshot {
  readonly kind: 'layers';
  /** Bottom first. */
  readonly layers: readonly SnapshotLayer[];
}

export interface TreeSnapshot {
  readonly kind: 'tree';
  readonly tree: SourceTree;
  /** Of a tree that is not all here. */
  readonly arrival?: Omit<ArrivingTree, 'tree'>;
}

export type Snapshot = LayersSnapshot | TreeSnapshot;
