// Where the files are that a copy will find, in a tree of which only the names are known so far.

import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { compilePattern } from '../../../lib/patterns/path-match.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import type { WantedFiles } from '../../source.ts';
import { isWild } from './expand-wildcards.ts';
import { cleanPath, joinPath, resolveInView, type TreeView } from './resolve-in-root.ts';

/** What a tree will have. Names are relative, without links on the way. */
export interface Listing {
  entry(path: string): Pick<TarEntry, 'type' | 'linkName'> | undefined;
  /** Every path, in any order. */
  paths(): Iterable<string>;
}

/** Everything: the root. */
const all: ReadonlySet<string> = new Set(['']);

/**
 * The places that `planCopy` will find with these sources, once they are there, without links: a copy takes nothing but what
 * is at them and below. A source that is not there has none: the copy will say so.
 */
export async function wantedPlaces(listing: Listing, { sources, parents }: WantedFiles): Promise<ReadonlySet<string>> {
  if (parents) return all;
  const places = new Set<string>();
  for (const source of sources) {
    for (const path of await matching(listing, source)) {
      const place = resolveInView(viewOf(listing), path)?.path;
      if (place === '') return all;
      if (place !== undefined) places.add(place);
    }
  }
  return places;
}

/** The paths a source means, which may be links. */
async function matching(listing: Listing, source: string): Promise<readonly string[]> {
  const path = cleanPath(source);
  const parts = path.split('/');
  const wild = parts.findIndex(isWild);
  if (wild < 0) return [path];
  const from = resolveInView(viewOf(listing), parts.slice(0, wild).join('/'))?.path;
  const patterns = parts.slice(wild).map(compilePattern);
  if (from === undefined || patterns.includes(undefined)) return [];
  const prefix = joinPath(from, '');
  const slice = new TimeSlice();
  const found: string[] = [];
  for (const listed of listing.paths()) {
    if (slice.used) await slice.pause();
    if (!listed.startsWith(prefix)) continue;
    const names = listed.slice(prefix.length).split('/');
    if (names.length === patterns.length && names.every((name, at) => patterns[at]?.test(name))) found.push(listed);
  }
  return found;
}

function viewOf(listing: Listing): TreeView<{ readonly path: string; readonly entry: ReturnType<Listing['entry']> }> {
  return {
    at(path) {
      if (path === '') return { path, entry: { type: 'directory', linkName: '' } };
      const entry = listing.entry(path);
      return entry && { path, entry };
    },
    isDirectory: ({ entry }) => entry?.type === 'directory',
    link: ({ entry }) => (entry?.type === 'symlink' ? entry.linkName : undefined),
  };
}
