// The files of a directory that a build wants, by BuildKit's patterns.
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import type { SentFile } from '../../../api/buildkit/send-files.ts';
import { type ParentMatches, PatternMatcher } from '../../../lib/pattern-matcher.ts';
import { decodeName, encodeName } from '../../../lib/tar/names.ts';
import { describeNode } from '../../../lib/tar/tree/describe-node.ts';
import { HardLinks } from '../../../lib/tar/tree/hard-links.ts';

export interface FileFilter {
  /** Only what matches one of these, and what lies below; none: all. */
  readonly include: readonly string[];
  /** Not what matches these; `!pattern` takes back. */
  readonly exclude: readonly string[];
}

interface Place {
  /** Relative to the root; '' is the root. */
  readonly path: string;
  readonly included: ParentMatches | undefined;
  readonly excluded: ParentMatches | undefined;
}

/**
 * Parents before children, names in order. A directory that is not wanted itself comes when something below it is. All
 * belong to root: who owns them here says nothing there. Of a file with several names the others are links to the first that
 * is wanted. Throws `invalid` for a malformed pattern.
 */
export function* wantedFiles(root: string, { include, exclude }: FileFilter): Generator<SentFile> {
  const includes = new PatternMatcher(include);
  const excludes = new PatternMatcher(exclude);
  const prefixes = include.map(pattern => pattern.replace(/^\.?\/+/, '').split('/'));

  const linked = new HardLinks();

  function* walk(place: Place, parents: readonly SentFile[]): Generator<SentFile> {
    let pending = parents;
    for (const { file, stats } of children(root, place.path)) {
      const { name } = file.entry;
      const isDirectory = file.entry.type === 'directory';
      const out = excludes.isEmpty ? undefined : excludes.matchChild(name, place.excluded);
      const wanted = includes.isEmpty ? undefined : includes.matchChild(name, place.included);
      const keep = !out?.matched && wanted?.matched !== false;
      if (keep) {
        yield* pending;
        pending = [];
        yield asLink(file, linked.nameBefore(name, stats));
      }
      if (!isDirectory) continue;
      if (out?.matched && !excludes.mayExceptBelow(name)) continue;
      if (wanted?.matched === false && !mayIncludeBelow(prefixes, name)) continue;
      const inner = walk(
        { path: name, included: wanted?.matches, excluded: out?.matches },
        keep ? [] : [...pending, file],
      );
      for (const found of inner) {
        pending = [];
        yield found;
      }
    }
  }
  yield* walk({ path: '', included: undefined, excluded: undefined }, []);
}

/** The same file, as a link to `first` where that is given. */
function asLink(file: SentFile, first: string | undefined): SentFile {
  if (first === undefined || file.entry.type !== 'file') return file;
  return { ...file, entry: { ...file.entry, type: 'link', linkName: first, size: 0 } };
}

function* children(root: string, below: string): Generator<{ file: SentFile; stats: BigIntStats }> {
  const directory = below === '' ? root : `${root}/${below}`;
  const names = readdirSync(encodeName(directory), { encoding: 'buffer' }).map(name => decodeName(name));
  for (const child of names.sort()) {
    const name = below === '' ? child : `${below}/${child}`;
    const path = `${root}/${name}`;
    const stats = lstatSync(encodeName(path), { bigint: true, throwIfNoEntry: false });
    const entry = stats && describeNode({ path, name, stats }, undefined);
    if (stats && entry) yield { file: { entry: { ...entry, name, uid: 0, gid: 0 }, path }, stats };
  }
}

/** Whether a pattern may match something below the directory: part by part, until one has `**`. */
function mayIncludeBelow(patterns: readonly string[][], directory: string): boolean {
  const parts = directory.split('/');
  return patterns.some(pattern => {
    const wild = pattern.findIndex(part => part.includes('**'));
    const known = wild < 0 ? pattern : pattern.slice(0, wild);
    if (wild < 0 && pattern.length <= parts.length) return false;
    const compared = Math.min(known.length, parts.length);
    return new PatternMatcher([known.slice(0, compared).join('/')].filter(Boolean)).isEmpty
      ? true
      : new PatternMatcher([known.slice(0, compared).join('/')]).matches(parts.slice(0, compared).join('/'));
  });
}
