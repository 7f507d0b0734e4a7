// Digests of files on disk, remembered by inode, size and times: a tree that did not change is only looked at.
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import type { ParentMatches, PatternMatcher } from '../../../lib/patterns/pattern-matcher.ts';
import { decodeName } from '../../../lib/tar/names.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { PathDigest, SourceTree } from '../../source.ts';
import { joinPath, pathIn } from '../copy/resolve-in-root.ts';
import { type Attributes, entryDigest, entryHeader } from './entry-digest.ts';

/** A file that changed less than this before it was read may change again without its times telling, in ms. */
const settled = 50;

/** What was true of a file when its digest was made. */
interface Known {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly digest: Digest;
}

/** A tree whose files have digests; `fileDigest` knows the bytes of some. */
export interface DigestedTree {
  readonly directory: string;
  fileDigest?(path: string): Digest | undefined;
  /** See {@link SourceTree}. */
  readonly digests?: Map<string, PathDigest>;
}

/** What is left out of a directory. */
interface Selection {
  readonly digest: Digest;
  /** Paths relative to the directory which the patterns leave out with all that is below. */
  readonly skip: readonly string[];
}

/**
 * Lives as long as the builder, bounded by how many files it remembers; `open` a tree for the length of one build. Equal
 * digests are equal names, types, modes, owners, contents, link targets, devices and attributes, whatever the times.
 */
export class ContentDigests {
  readonly #attributes: Attributes;
  readonly #limit: number;
  /** By directory of the tree, least recently opened first. */
  readonly #trees = new Map<string, Map<string, Known>>();

  constructor(attributes: Attributes, options: { maximumFiles?: number } = {}) {
    this.#attributes = attributes;
    this.#limit = options.maximumFiles ?? 500_000;
  }

  /** The tree must not change until the caller has no more questions about it. */
  open(tree: DigestedTree): TreeDigests {
    const known = this.#trees.get(tree.directory) ?? new Map<string, Known>();
    this.#trees.delete(tree.directory);
    this.#trees.set(tree.directory, known);
    this.#forgetOldest();
    return new TreeDigests(tree, known, this.#attributes);
  }

  /** For a tree that is removed. */
  forget(directory: string): void {
    this.#trees.delete(directory);
  }

  #forgetOldest(): void {
    let files = 0;
    for (const [directory, known] of [...this.#trees].reverse()) {
      files += known.size;
      if (files > this.#limit && known.size > 0) this.#trees.delete(directory);
    }
  }
}

/** The digests of one tree during one build. */
export class TreeDigests {
  readonly #tree: DigestedTree;
  readonly #known: Map<string, Known>;
  readonly #attributes: Attributes;
  readonly #slice = new TimeSlice();
  /** Everything that was asked for, by path; of a tree that remembers, all that is known. */
  readonly #found: Map<string, PathDigest>;
  /** What was asked for itself. */
  readonly #asked: string[] = [];

  constructor(tree: DigestedTree, known: Map<string, Known>, attributes: Attributes) {
    this.#tree = tree;
    this.#known = known;
    this.#attributes = attributes;
    this.#found = tree.digests ?? new Map();
  }

  /** All files (links, devices) in what was asked for, by path; undefined if there are more than `limit`. */
  files(limit: number): Map<string, Digest> | undefined {
    const files = new Map<string, Digest>();
    const directories = new Set<string>();
    for (const path of this.#asked) {
      const found = this.#found.get(path);
      if (found && !found.isDirectory) files.set(path, found.digest);
      else directories.add(path);
    }
    if (directories.size === 0) return files.size > limit ? undefined : files;
    for (const [path, { digest, isDirectory }] of this.#found) {
      if (!isDirectory && isBelow(path, directories)) files.set(path, digest);
      if (files.size > limit) return undefined;
    }
    return files;
  }

  /** The digest of a path without links in it, relative (empty is the root), with everything below it. */
  async digest(path: string): Promise<Digest> {
    this.#asked.push(path);
    const known = this.#found.get(path);
    if (known) return known.digest;
    const stats = lstatSync(this.#path(path));
    return stats.isDirectory() ? this.#directory(path, stats) : this.#entry(path, stats);
  }

  /** The digest of a directory without what `exclude` matches; patterns are relative to it. */
  async select(path: string, exclude: PatternMatcher): Promise<Selection> {
    const stats = lstatSync(this.#path(path));
    if (!stats.isDirectory() || exclude.isEmpty) return { digest: await this.digest(path), skip: [] };
    this.#asked.push(path);
    const skip: string[] = [];
    const hash = entryHeader({ root: this.#tree.directory, path, stats }, this.#attributes);
    await this.#filtered({ path, relative: '', exclude, skip }, undefined, part => hash.update(part));
    return { digest: `sha256:${hash.digest('hex')}`, skip };
  }

  async #directory(path: string, stats: Stats): Promise<Digest> {
    const hash = entryHeader({ root: this.#tree.directory, path, stats }, this.#attributes);
    let list = '';
    for (const name of this.#names(path)) {
      const child = joinPath(path, name);
      const digest = this.#found.get(child)?.digest ?? (await this.#look(child));
      list += `${name}\0${digest}\0`;
      if (this.#slice.used) await this.#slice.pause();
    }
    hash.update(list);
    const digest: Digest = `sha256:${hash.digest('hex')}`;
    this.#found.set(path, { digest, isDirectory: true });
    return digest;
  }

  #look(path: string): Promise<Digest> | Digest {
    const stats = lstatSync(this.#path(path));
    if (stats.isDirectory()) return this.#directory(path, stats);
    return this.#remembered(path, stats) ?? this.#entry(path, stats);
  }

  /** Feeds names and digests of what is not left out; tells whether there was any. */
  async #filtered(
    at: { path: string; relative: string; exclude: PatternMatcher; skip: string[] },
    parent: ParentMatches | undefined,
    feed: (part: string) => void,
  ): Promise<boolean> {
    const { exclude, path, relative, skip } = at;
    let any = false;
    for (const name of this.#names(path)) {
      const [child, childRelative] = [joinPath(path, name), joinPath(relative, name)];
      const stats = lstatSync(this.#path(child));
      const { matched, matches } = exclude.matchChild(childRelative, parent);
      if (matched && !(stats.isDirectory() && exclude.mayExceptBelow(childRelative))) {
        skip.push(childRelative);
        continue;
      }
      const parts: string[] = [];
      if (stats.isDirectory()) {
        const header = entryHeader({ root: this.#tree.directory, path: child, stats }, this.#attributes);
        const inner = { path: child, relative: childRelative, exclude, skip };
        const kept = await this.#filtered(inner, matches, part => header.update(part));
        if (matched && !kept) {
          dropBelow(skip, childRelative);
          continue;
        }
        parts.push(`${name}\0sha256:${header.digest('hex')}\0`);
      } else parts.push(`${name}\0${this.#remembered(child, stats) ?? (await this.#entry(child, stats))}\0`);
      any = true;
      for (const part of parts) feed(part);
      if (this.#slice.used) await this.#slice.pause();
    }
    return any;
  }

  #remembered(path: string, stats: Stats): Digest | undefined {
    const known = this.#known.get(path);
    const same =
      known !== undefined &&
      known.ino === stats.ino &&
      known.size === stats.size &&
      known.mtimeMs === stats.mtimeMs &&
      known.ctimeMs === stats.ctimeMs;
    if (same) this.#found.set(path, { digest: known.digest, isDirectory: false });
    return same ? known.digest : undefined;
  }

  async #entry(path: string, stats: Stats): Promise<Digest> {
    const remembered = this.#remembered(path, stats);
    if (remembered !== undefined) return remembered;
    const startedAt = Date.now();
    const { directory: root } = this.#tree;
    const digest = await entryDigest({ root, path, stats }, this.#attributes, this.#tree.fileDigest?.(path));
    this.#found.set(path, { digest, isDirectory: false });
    const { ctimeMs, ino, mtimeMs, size } = stats;
    if (startedAt - ctimeMs > settled) this.#known.set(path, { ino, size, mtimeMs, ctimeMs, digest });
    else this.#known.delete(path);
    return digest;
  }

  #names(path: string): string[] {
    return readdirSync(this.#path(path), { encoding: 'buffer' })
      .map(name => decodeName(name))
      .sort();
  }

  #path(path: string): string | Buffer {
    return pathIn(this.#tree.directory, path);
  }
}

/** Whether one of the directories has it, at whatever depth; the empty one is the root. */
function isBelow(path: string, directories: ReadonlySet<string>): boolean {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (directories.has(path.slice(0, end))) return true;
  }
  return directories.has('');
}

/** A directory is left out as a whole: what was left out of it before needs no mention. */
function dropBelow(skip: string[], directory: string): void {
  const outside = skip.filter(path => !path.startsWith(`${directory}/`));
  skip.splice(0, skip.length, ...outside, directory);
}
