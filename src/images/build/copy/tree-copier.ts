// Copies a tree node by node: owners, modes, attributes, times and hard links as in the source, unless told otherwise.
import {
  type BigIntStats,
  chmodSync,
  constants,
  copyFileSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Kernel } from '../../../kernel/index.ts';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { BerthError, errorCode, invalid } from '../../../lib/errors.ts';
import { decodeName, encodeName } from '../../../lib/tar/names.ts';
import { directoryMode, type ModeChange, type Owner } from './copy-job.ts';
import { nanoseconds } from './make-directories.ts';
import { applySymbolicMode } from './symbolic-mode.ts';

interface TreeCopierOptions {
  files: Kernel['files'];
  owner?: Owner | undefined;
  mode?: ModeChange | undefined;
  /** Seconds since 1970 instead of the source's times. */
  time?: number | undefined;
  /** Where a file may be linked instead of copied: the same place by a path on the source's file system. */
  linkPlace?: ((target: string) => string | undefined) | undefined;
  /** Files may be linked that have other names. */
  shareAgain?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** Makes something at the target, where nothing is in its way any more. */
type Put = (make: (path: string | Buffer) => void) => void;

interface Leaf {
  readonly source: string;
  readonly target: string;
  readonly isFree: boolean;
}

/** Paths are host paths; nobody else writes below them meanwhile. */
export class TreeCopier {
  readonly #options: TreeCopierOptions;
  readonly #slice = new TimeSlice();
  /** Which name of a file was copied first, and where it went. */
  readonly #linked = new Map<string, { source: string; target: string }>();
  files = 0;
  bytes = 0;

  constructor(options: TreeCopierOptions) {
    this.#options = options;
  }

  /**
   * Copies `source` to `target`. A directory passes on its content and its time; those in it have owners and modes, too,
   * even where there are others already. `skip`: paths relative to `source` to be left out. Throws `invalid` where kinds do not fit.
   */
  async copy(source: string, target: string, skip: ReadonlySet<string> = new Set()): Promise<void> {
    await this.#copyNode({ source, target, relative: '', skip, isTop: true, isFree: false });
  }

  /**
   * Instead of `copy`: puts what that has made of `source` elsewhere, below `made`, in its place. `upperPlace` is the target on
   * the file system of `made`. False, and nothing is done, where anything of the target would be in its way.
   */
  take(made: string, o: { source: string; target: string; upperPlace: string | undefined }): boolean {
    const { source, target, upperPlace } = o;
    const there = lstatSync(encodeName(target), { throwIfNoEntry: false });
    const names = readdirSync(encodeName(made), { encoding: 'buffer' }).map(bytes => decodeName(bytes));
    const isTaken = (name: string) =>
      lstatSync(encodeName(`${target}/${name}`), { throwIfNoEntry: false }) !== undefined;
    if (upperPlace === undefined || (there && (!there.isDirectory() || names.some(isTaken)))) return false;
    const stats = lstatSync(encodeName(source), { bigint: true });
    const isNew = this.#makeDirectory(target, false);
    // The times of a directory show that it lies above, too.
    if (!isNew) this.#options.files.lutimes(target, ...timesOf(target));
    for (const name of names) renameSync(encodeName(`${made}/${name}`), encodeName(`${upperPlace}/${name}`));
    this.#describeTop(target, stats, isNew);
    return true;
  }

  async #copyNode(o: {
    source: string;
    target: string;
    relative: string;
    skip: ReadonlySet<string>;
    isTop: boolean;
    /** Nothing is at the target: its directory was made for this copy. */
    isFree: boolean;
  }): Promise<void> {
    const stats = lstatSync(encodeName(o.source), { bigint: true });
    if (this.#slice.used) {
      await this.#slice.pause();
      if (this.#options.signal?.aborted) throw new BerthError('cancelled', 'the copy was cancelled');
    }
    if (!stats.isDirectory()) {
      this.#copyLeaf(o, stats);
      return;
    }
    const made = this.#makeDirectory(o.target, o.isFree);
    for (const name of readdirSync(encodeName(o.source), { encoding: 'buffer' })
      .map(bytes => decodeName(bytes))
      .sort()) {
      const relative = o.relative === '' ? name : `${o.relative}/${name}`;
      if (o.skip.has(relative)) continue;
      await this.#copyNode({
        source: `${o.source}/${name}`,
        target: `${o.target}/${name}`,
        relative,
        skip: o.skip,
        isTop: false,
        isFree: made,
      });
    }
    if (o.isTop) this.#describeTop(o.target, stats, made);
    else this.describe(o.source, o.target, stats);
  }

  /** The directory whose content is copied gives the one it goes to its time only. */
  #describeTop(target: string, stats: BigIntStats, made: boolean): void {
    const { files, owner, mode, time } = this.#options;
    if (made && owner) lchownSync(encodeName(target), owner.uid, owner.gid);
    if (made) chmodSync(encodeName(target), directoryMode(mode));
    const modified = nanoseconds(time) ?? stats.mtimeNs;
    files.lutimes(target, modified, modified);
  }

  /** Gives `target` what `source` has beside its content: for directories that were made for it, too. */
  describe(source: string, target: string, stats: BigIntStats): void {
    const { files, owner, time } = this.#options;
    const encoded = encodeName(target);
    const { uid, gid } = owner ?? { uid: Number(stats.uid), gid: Number(stats.gid) };
    // What the daemon makes belongs to root.
    if (uid !== 0 || gid !== 0 || stats.isDirectory()) lchownSync(encoded, uid, gid);
    if (!stats.isSymbolicLink()) chmodSync(encoded, this.#modeOf(stats));
    this.#copyAttributes(source, target);
    const modified = nanoseconds(time) ?? stats.mtimeNs;
    files.lutimes(target, modified, modified);
  }

  #makeDirectory(path: string, isFree: boolean): boolean {
    const there = isFree ? undefined : lstatSync(encodeName(path), { throwIfNoEntry: false });
    if (there?.isDirectory()) return false;
    if (there) throw invalid(`cannot copy to non-directory: ${path}`);
    mkdirSync(encodeName(path), { mode: 0o755 });
    return true;
  }

  #copyLeaf({ source, target, isFree }: Leaf, stats: BigIntStats): void {
    this.files++;
    const put: Put = make => (isFree ? make(encodeName(target)) : this.#replacing(target, make));
    const before = this.#linked.get(inodeOf(stats));
    // Another name of the same file is a link; the same name once more is a file of its own.
    if (before && before.source !== source) {
      this.#linkAgain(before.target, { target, put });
      return;
    }
    if (!before) this.#remember(source, target, stats);
    if (!before && stats.isFile() && this.#share({ source, target, put }, stats)) return;
    if (stats.isFile()) {
      this.bytes += Number(stats.size);
      put(path => copyFileSync(encodeName(source), path, constants.COPYFILE_EXCL));
    } else if (stats.isSymbolicLink()) {
      const to = readlinkSync(encodeName(source), { encoding: 'buffer' });
      put(path => symlinkSync(to, path));
    } else if (stats.isSocket()) {
      return;
    } else {
      const { files } = this.#options;
      put(() => files.mknod(target, Number(stats.mode), Number(stats.rdev)));
    }
    this.describe(source, target, stats);
  }

  /** Gives the copy of a file another name. */
  #linkAgain(first: string, { target, put }: Pick<Leaf, 'target'> & { put: Put }): void {
    try {
      put(path => linkSync(encodeName(first), path));
    } catch (error) {
      const { linkPlace } = this.#options;
      const [from, to] = [linkPlace?.(first), linkPlace?.(target)];
      if (errorCode(error) !== 'ENOENT' || from === undefined || to === undefined) throw error;
      // It was linked there, which overlay has not seen. That of a directory shows that it lies above, too.
      this.#options.files.lutimes(dirname(target), ...timesOf(dirname(target)));
      put(() => linkInto(from, to));
    }
  }

  /** Links instead of copying, where nothing about the file would be different. */
  #share({ source, target, put }: Omit<Leaf, 'isFree'> & { put: Put }, stats: BigIntStats): boolean {
    const { owner, mode, time, linkPlace, shareAgain } = this.#options;
    // One that has other names may be in this image already: two names of one file are not what was asked for.
    if (!linkPlace || (stats.nlink !== 1n && !shareAgain) || time !== undefined) return false;
    if (owner && (owner.uid !== Number(stats.uid) || owner.gid !== Number(stats.gid))) return false;
    if (mode && this.#modeOf(stats) !== (Number(stats.mode) & 0o7777)) return false;
    const place = linkPlace(target);
    if (place === undefined) return false;
    try {
      put(() => linkInto(source, place));
    } catch (error) {
      // Another file system, too many links, or a directory that only the layers below have so far.
      if (['EXDEV', 'EMLINK', 'ENOENT'].includes(errorCode(error) ?? '')) return false;
      throw error;
    }
    this.bytes += Number(stats.size);
    return true;
  }

  #remember(source: string, target: string, stats: BigIntStats): void {
    if (stats.nlink > 1n || this.#options.linkPlace) this.#linked.set(inodeOf(stats), { source, target });
  }

  /** Removes what is in the way first; a directory stays and is an error. */
  #replacing(target: string, make: (path: string | Buffer) => void): void {
    const encoded = encodeName(target);
    const there = lstatSync(encoded, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw invalid(`cannot replace to directory ${target} with file`);
    if (there) unlinkSync(encoded);
    try {
      make(encoded);
    } catch (error) {
      const place = this.#options.linkPlace?.(target);
      if (place === undefined || !['ESTALE', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
      // An earlier source of this copy was linked there, which overlay has not seen.
      unlinkSync(encodeName(place));
      make(encoded);
    }
  }

  #modeOf(stats: BigIntStats): number {
    const own = Number(stats.mode) & 0o7777;
    const { mode } = this.#options;
    if (!mode || stats.isSymbolicLink()) return own;
    return mode.kind === 'octal' ? mode.mode : applySymbolicMode(mode.rules, own, stats.isDirectory());
  }

  #copyAttributes(source: string, target: string): void {
    const { files } = this.#options;
    for (const name of files.listXattr(source)) {
      if (name.startsWith('trusted.overlay.') || name.startsWith('user.overlay.') || name === 'security.selinux')
        continue;
      const value = files.getXattr(source, name);
      try {
        if (value) files.setXattr(target, name, value);
      } catch (error) {
        if (!['ENOTSUP', 'EOPNOTSUPP', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
      }
    }
  }
}

function timesOf(path: string): [bigint, bigint] {
  const { atimeNs, mtimeNs } = lstatSync(encodeName(path), { bigint: true });
  return [atimeNs, mtimeNs];
}

const inodeOf = ({ dev, ino }: BigIntStats) => `${dev}:${ino}`;

/** What is at the place is a whiteout, or something overlay has not seen yet because it was linked, too. */
function linkInto(source: string, place: string): void {
  try {
    linkSync(encodeName(source), encodeName(place));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    unlinkSync(encodeName(place));
    linkSync(encodeName(source), encodeName(place));
  }
}
