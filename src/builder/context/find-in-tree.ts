// One place in the files of a source, for those who look at it without building.
import type { BigIntStats } from 'node:fs';
import { lstatSync } from 'node:fs';
import type { SourceTree } from '../source.ts';
import { pathIn, resolveInRoot } from './copy/resolve-in-root.ts';

/** A place on disk, no link. */
export interface FoundInTree {
  readonly path: string | Buffer;
  readonly stats: BigIntStats;
}

/** Where a path of the tree leads, links followed inside of it; undefined where there is nothing. */
export function findInTree({ directory }: SourceTree, path: string): FoundInTree | undefined {
  const place = resolveInRoot(directory, path);
  if (!place) return undefined;
  const found = pathIn(directory, place.path);
  return { path: found, stats: lstatSync(found, { bigint: true }) };
}
