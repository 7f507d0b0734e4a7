// The files of a directory that a build wants, by BuildKit's patterns.
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { isDirectory, isFile, statOfFile } from '../../../api/buildkit/files/file-stat.ts';
import type { SentFile } from '../../../api/buildkit/files/send-files.ts';
import { errorMessage, invalid } from '../../../lib/errors.ts';
import { type FileFacts, factsOf } from '../../../lib/files/file-facts.ts';
import { type ParentMatches, PatternMatcher } from '../../../lib/patterns/pattern-matcher.ts';
import { decodeName, encodeName } from '../../../lib/tar/names.ts';

/** Says what files are, faster than node:fs does; undefined of what it cannot look at. Of links it looks at themselves. */
export interface FileReader {
  facts(path: string): FileFacts | undefined;
  /** Values of attributes by their names; undefined for none. */
  attributes(path: string): Record<string, Uint8Array> | undefined;
}

interface FileFilter {
  /** Without it, files have no attributes. */
  readonly reader?: FileReader | undefined;
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
 * Parents before children, names in order, in portions of files of one directory. A directory that is not wanted itself
 * comes when something below it is. All belong to root: who owns them here says nothing there. Of a file with several names
 * the others are links to the first that is wanted. Throws `invalid` for a malformed pattern.
 */
export function* wantedFiles(root: string, { include, exclude, reader }: FileFilter): Generator<readonly SentFile[]> {
  const includes = matcher('include', include);
  const excludes = matcher('exclude', exclude);
  const linked = new LinkedNames();
  const prefixes = include.map(pattern => pattern.replace(/^\.?\/+/, '').split('/'));

  /** With its attributes, which are looked for only now that it is sent. */
  function described(file: SentFile): SentFile {
    const xattrs = reader?.attributes(file.path);
    return xattrs ? { ...file, stat: { ...file.stat, xattrs } } : file;
  }

  function* walk(place: Place, parents: readonly SentFile[]): Generator<SentFile[]> {
    let pending = parents;
    let run: SentFile[] = [];
    for (const { file, inode } of children(root, place.path, reader)) {
      const { path: name } = file.stat;
      const out = excludes.isEmpty ? undefined : excludes.matchChild(name, place.excluded);
      const wanted = includes.isEmpty ? undefined : includes.matchChild(name, place.included);
      const keep = !out?.matched && wanted?.matched !== false;
      if (keep) {
        if (pending.length > 0) run.push(...pending.map(described));
        pending = [];
        run.push(described(inode === undefined ? file : asLink(file, linked.nameBefore(file, inode))));
      }
      if (!isDirectory(file.stat)) continue;
      if (out?.matched && !excludes.mayExceptBelow(name)) continue;
      if (wanted?.matched === false && !mayIncludeBelow(prefixes, name)) continue;
      if (run.length > 0) yield run;
      run = [];
      const inner = walk(
        { path: name, included: wanted?.matches, excluded: out?.matches },
        keep ? [] : [...pending, file],
      );
      for (const found of inner) {
        pending = [];
        yield found;
      }
    }
    if (run.length > 0) yield run;
  }
  yield* walk({ path: '', included: undefined, excluded: undefined }, []);
}

/** The same file, as a link to `first` where that is given. */
function asLink(file: SentFile, first: string | undefined): SentFile {
  if (first === undefined || !isFile(file.stat)) return file;
  return { ...file, stat: { ...file.stat, linkname: first, size: 0 } };
}

/** Of files with several names the first that was met. */
class LinkedNames {
  readonly #first = new Map<string, string>();

  nameBefore({ stat }: SentFile, inode: string): string | undefined {
    if (isDirectory(stat)) return undefined;
    const known = this.#first.get(inode);
    if (known === undefined) this.#first.set(inode, stat.path);
    return known;
  }
}

interface Child {
  readonly file: SentFile;
  /** Of a file with several names. */
  readonly inode: string | undefined;
}

function children(root: string, below: string, reader: FileReader | undefined): Child[] {
  const prefix = below === '' ? '' : `${below}/`;
  const found: Child[] = [];
  const directory = encodeName(below === '' ? root : `${root}/${below}`);
  const { names, plain } = namesIn(directory);
  const isText = plain && typeof directory === 'string';
  for (const child of names) {
    const name = prefix + child;
    const path = `${root}/${name}`;
    const encoded = isText ? path : encodeName(path);
    const facts = reader?.facts(path) ?? factsAt(encoded);
    const readLink = () => decodeName(readlinkSync(encoded, { encoding: 'buffer' }));
    const stat = facts && statOfFile(name, facts, readLink);
    if (stat) found.push({ file: { stat, path }, inode: facts.inode });
  }
  return found;
}

/** Undefined for what is gone by now. */
function factsAt(path: string | Buffer): FileFacts | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && factsOf(stats);
}

/** In order. Only where text cannot tell what a name is, which is then not plain, are its bytes asked for. */
function namesIn(directory: string | Buffer): { names: string[]; plain: boolean } {
  const names = readdirSync(directory);
  if (!names.some(name => name.includes('\ufffd'))) return { names: names.sort(), plain: true };
  const bytes = readdirSync(directory, { encoding: 'buffer' });
  return { names: bytes.map(name => decodeName(name)).sort(), plain: false };
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

function matcher(kind: 'include' | 'exclude', patterns: readonly string[]): PatternMatcher {
  try {
    return new PatternMatcher(patterns);
  } catch (error) {
    throw invalid(`invalid ${kind}patterns: [${patterns.join(' ')}]: ${errorMessage(error)}`, error);
  }
}
