// What COPY and ADD take from a tree: which paths there are, and a digest of all of it for the cache.

import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { CopySource } from '../../../images/index.ts';
import { errorMessage, notFound } from '../../../lib/errors.ts';
import { PatternMatcher } from '../../../lib/patterns/pattern-matcher.ts';
import type { Digest } from '../../../oci/digest.ts';
import { ChecksumError } from '../../errors/checksum-error.ts';
import type { DigestedTree, TreeDigests } from '../digest/content-digests.ts';
import { expandWildcards, isWild } from './expand-wildcards.ts';
import { cleanPath, type Place, resolveInRoot } from './resolve-in-root.ts';

/** The sources of one COPY or ADD with their variables filled in. */
interface CopySelection {
  /** From the root of the tree; `/./` in one of them parts, with `parents`, what is kept from what is not. */
  readonly sources: readonly string[];
  /** Patterns relative to each directory that is copied. */
  readonly exclude: readonly string[];
  readonly parents: boolean;
  /** Absolute, for `parents`: where what is kept goes. */
  readonly destination: string;
  /** Archives shall be unpacked. */
  readonly unpack: boolean;
}

export interface PlannedCopy {
  readonly sources: readonly CopySource[];
  /** Of everything that is copied and its names. */
  readonly digest: Digest;
}

/** Finds the sources. Throws `not-found` for one without wildcards that is missing, `invalid` for a bad pattern. */
export async function planCopy(
  tree: DigestedTree,
  digests: TreeDigests,
  selection: CopySelection,
): Promise<PlannedCopy> {
  const exclude = excludes(selection.exclude);
  const hash = createHash('sha256');
  const sources: CopySource[] = [];
  for (const source of selection.sources) {
    for (const found of findSource(tree.directory, source, selection)) {
      const { digest, skip } = await digests.select(found.place.path, exclude);
      hash.update(`${found.name}\0${found.below}\0${digest}\0`);
      for (const parent of found.parents) hash.update(`${parent}\0`);
      sources.push(toCopySource(found, skip, selection));
    }
  }
  return { sources, digest: `sha256:${hash.digest('hex')}` };
}

function excludes(patterns: readonly string[]): PatternMatcher {
  try {
    return new PatternMatcher(patterns);
  } catch (error) {
    const reason = `invalid excludepatterns: [${patterns.join(' ')}]: ${errorMessage(error)}`;
    throw new ChecksumError('invalid', reason, { cause: error });
  }
}

interface FoundSource {
  readonly place: Place;
  /** What it is called: a link's own name. */
  readonly name: string;
  /** With `--parents`: the directory below the destination it goes to; else empty. */
  readonly below: string;
  /** With `--parents`: the directories of the tree that `below` is made like, outermost first. */
  readonly parents: readonly string[];
}

function findSource(root: string, source: string, selection: CopySelection): FoundSource[] {
  const [before, kept] = selection.parents ? splitPivot(source) : ['', source];
  const base = cleanPath(before);
  const path = cleanPath(kept);
  const bases = base.split('/');
  // Each place the pattern before the pivot finds may have what is kept, or not.
  if (bases.some(isWild)) {
    return expandWildcards(root, '', bases, { globstar: true })
      .filter(found => resolveInRoot(root, found)?.stats.isDirectory())
      .flatMap(found => findBelow(root, found, path, { ...selection, isOptional: true }));
  }
  return findBelow(root, base, path, selection);
}

/** What lies at `path` (which may have wildcards) below `base`. */
function findBelow(
  root: string,
  base: string,
  path: string,
  selection: CopySelection & { isOptional?: boolean },
): FoundSource[] {
  const parts = path === '' ? [] : path.split('/');
  const wild = parts.findIndex(isWild);
  const fixed = wild < 0 ? path : parts.slice(0, wild).join('/');
  const from = [base, fixed].filter(Boolean).join('/');
  if (selection.isOptional && !resolveInRoot(root, from)) return [];
  if (wild < 0) return [foundAt(root, base, path, selection.parents)];
  return expandWildcards(root, from, parts.slice(wild), { globstar: selection.parents }).map(found =>
    foundAt(root, base, base === '' ? found : found.slice(base.length + 1), selection.parents),
  );
}

function foundAt(root: string, base: string, path: string, parents: boolean): FoundSource {
  const full = [base, path].filter(Boolean).join('/');
  const place = resolveInRoot(root, full, () => {
    throw new ChecksumError('invalid', 'too many links');
  });
  if (place === undefined) throw notFound(`"/${full}": not found`);
  const below = parents ? posix.dirname(`/${path}`).slice(1) : '';
  const name = posix.basename(path);
  if (below === '') return { place, name, below, parents: [] };
  const steps = below.split('/');
  const ancestors = steps.map((_, index) => [base, ...steps.slice(0, index + 1)].filter(Boolean).join('/'));
  return { place, name, below, parents: ancestors };
}

function toCopySource(found: FoundSource, skip: readonly string[], selection: CopySelection): CopySource {
  const { below, name, parents, place } = found;
  const root = selection.destination.replace(/\/$/, '');
  const likeParents = parents.map((source, index) => ({
    source: `/${source}`,
    destination: `${root}/${below
      .split('/')
      .slice(0, index + 1)
      .join('/')}`,
  }));
  // A directory keeps its own name, too, when parents are kept.
  const inside = selection.parents && place.stats.isDirectory() ? `${root}/${below}/${name}/` : `${root}/${below}/`;
  return {
    path: `/${place.path}`,
    ...(skip.length === 0 ? {} : { skip }),
    ...(name === '' ? {} : { name }),
    ...(selection.parents ? { destination: posix.normalize(inside), likeParents } : {}),
    ...(selection.unpack && place.stats.isFile() ? { unpack: true } : {}),
  };
}

/** `a/./b` → [`a`, `b`]. */
function splitPivot(source: string): [string, string] {
  const at = source.indexOf('/./');
  return at < 0 ? ['', source] : [source.slice(0, at), source.slice(at + 3)];
}
