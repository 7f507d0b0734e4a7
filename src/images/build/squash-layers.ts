// `--squash`: what several layers say together, as one.
import {
  type BigIntStats,
  chmodSync,
  constants,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import type { Kernel } from '../../kernel/index.ts';
import { TimeSlice } from '../../lib/concurrency/time-slice.ts';
import { decodeName, encodeName } from '../../lib/tar/names.ts';
import { opaqueAttribute, opaqueValue } from '../layers/whiteout.ts';

interface SquashOptions {
  /** Directories of the layers, bottom first. */
  readonly layers: readonly string[];
  /** Directories of the layers below them, topmost first. */
  readonly lower: readonly string[];
  /** An empty directory on the same file system. */
  readonly target: string;
  readonly files: Kernel['files'];
  readonly signal: AbortSignal;
}

/** Fills `target`. Files are shared with the layers by links, since neither ever changes. */
export async function squashLayers(o: SquashOptions): Promise<void> {
  const squash = new Squash(o);
  for (const layer of o.layers) await squash.add(layer, '');
}

class Squash {
  readonly #options: SquashOptions;
  readonly #slice = new TimeSlice();

  constructor(options: SquashOptions) {
    this.#options = options;
  }

  async add(layer: string, path: string): Promise<void> {
    const names = readdirSync(encodeName(layer + path), { encoding: 'buffer' });
    for (const name of names) {
      await this.#entry(layer, `${path}/${decodeName(name)}`);
      if (this.#slice.used) await this.#slice.pause();
      this.#options.signal.throwIfAborted();
    }
    this.#describe(layer + path, this.#options.target + path);
  }

  async #entry(layer: string, path: string): Promise<void> {
    const { files, target } = this.#options;
    const [source, place] = [layer + path, target + path];
    const stats = lstatSync(encodeName(source), { bigint: true });
    const there = lstatSync(encodeName(place), { bigint: true, throwIfNoEntry: false });
    if (isWhiteout(stats)) {
      if (there) rmSync(encodeName(place), { recursive: true });
      if (this.#isBelow(path)) files.mknod(place, constants.S_IFCHR, 0);
      return;
    }
    if (!stats.isDirectory()) {
      if (there) rmSync(encodeName(place), { recursive: true });
      linkSync(encodeName(source), encodeName(place));
      return;
    }
    const hides = files.getXattr(source, opaqueAttribute)?.toString() === 'y';
    const isMerged = there?.isDirectory() === true && !hides;
    if (there && !isMerged) rmSync(encodeName(place), { recursive: true });
    if (!isMerged) mkdirSync(encodeName(place), { mode: 0o700 });
    // A directory in the place of something else does not show what lies below.
    if (!isMerged && (hides || there) && this.#isBelow(path)) files.setXattr(place, opaqueAttribute, opaqueValue);
    await this.add(layer, path);
  }

  #isBelow(path: string): boolean {
    return this.#options.lower.some(directory => {
      try {
        return lstatSync(encodeName(directory + path), { throwIfNoEntry: false }) !== undefined;
      } catch {
        // A file is where the path has a directory.
        return false;
      }
    });
  }

  /** After its content, which changes its time. */
  #describe(source: string, target: string): void {
    const { files } = this.#options;
    const stats = lstatSync(encodeName(source), { bigint: true });
    lchownSync(encodeName(target), Number(stats.uid), Number(stats.gid));
    chmodSync(encodeName(target), Number(stats.mode) & 0o7777);
    for (const name of files.listXattr(source)) {
      const value = name.startsWith('trusted.overlay.') ? undefined : files.getXattr(source, name);
      if (value) files.setXattr(target, name, value);
    }
    files.lutimes(target, stats.mtimeNs, stats.mtimeNs);
  }
}

const isWhiteout = (stats: BigIntStats) => stats.isCharacterDevice() && stats.rdev === 0n;
