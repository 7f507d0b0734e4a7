// Paths inside one directory, resolved so that nothing leads outside: the tree an archive is written into.
import { lstatSync, mkdirSync, readlinkSync, rmSync, type Stats, unlinkSync } from 'node:fs';
import { errorCode, invalid } from '../../errors.ts';
import { decodeName, encodeName } from '../names.ts';

const maximumLinks = 40;

/** Called for a directory that no entry of the archive describes; it must set owner and mode. */
type ImpliedDirectory = (path: string, relative: string, hidesLower: boolean) => void;

/**
 * Only one writer may use the tree at a time; what was resolved is remembered, so tell it of removals by removing
 * through it. Names are relative with `/`; absolute ones and `..` start and stop at the root, as in a chroot.
 */
export class ConfinedTree {
  readonly root: string;
  readonly #implied: ImpliedDirectory;
  /** From a real directory and a name in it (`usr/lib` + `/x`) to the real directory that name leads to. */
  readonly #known = new Map<string, string>();
  #lastParent = '';
  #lastResolved: string | undefined;

  constructor(root: string, implied: ImpliedDirectory) {
    this.root = root;
    this.#implied = implied;
  }

  /** The parts of a name: no empty ones, no `.`; `..` takes one away but never more than there are. */
  static parts(name: string): string[] {
    const parts: string[] = [];
    for (const part of name.split('/')) {
      if (part === '' || part === '.') continue;
      if (part === '..') parts.pop();
      else parts.push(part);
    }
    return parts;
  }

  /** The absolute path of a real relative one. */
  path(relative: string): string {
    return relative === '' ? this.root : `${this.root}/${relative}`;
  }

  /** The real directory (relative) that `parts` lead to; links are followed inside the root, missing ones are made. */
  directory(parts: readonly string[]): string {
    const key = parts.join('/');
    if (key === this.#lastParent && this.#lastResolved !== undefined) return this.#lastResolved;
    let real = '';
    for (const part of parts) real = this.#step(real, part, maximumLinks);
    this.#lastParent = key;
    this.#lastResolved = real;
    return real;
  }

  /** Where an entry goes: its parent resolved (and made), its last part as it is. Undefined for the root itself. */
  place(parts: readonly string[]): string | undefined {
    const base = parts.at(-1);
    return base === undefined ? undefined : child(this.directory(parts.slice(0, -1)), base);
  }

  /** Removes whatever is at a real relative path, without following it. Returns what it was, if anything. */
  remove(relative: string): Stats | undefined {
    const path = encodeName(this.path(relative));
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    if (stats.isDirectory()) rmSync(path, { recursive: true, force: true });
    else unlinkSync(path);
    if (stats.isDirectory() || stats.isSymbolicLink()) this.#forget();
    return stats;
  }

  #forget(): void {
    this.#known.clear();
    this.#lastResolved = undefined;
  }

  #step(real: string, part: string, links: number): string {
    const key = `${real}/${part}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const resolved = this.#resolve(child(real, part), real, links);
    this.#known.set(key, resolved);
    return resolved;
  }

  #resolve(relative: string, parent: string, links: number): string {
    const path = this.path(relative);
    const stats = lstatSync(encodeName(path), { throwIfNoEntry: false });
    if (stats?.isDirectory()) return relative;
    if (stats?.isSymbolicLink()) return this.#follow(path, parent, links);
    const hidesLower = stats !== undefined && isWhiteoutDevice(stats);
    if (stats && !hidesLower) throw invalid(`${relative}: not a directory`);
    if (hidesLower) unlinkSync(encodeName(path));
    mkdirSync(encodeName(path), { mode: 0o755 });
    this.#implied(path, relative, hidesLower);
    return relative;
  }

  #follow(path: string, parent: string, links: number): string {
    if (links === 0) throw invalid(`${path.slice(this.root.length + 1)}: too many levels of symbolic links`);
    const target = decodeName(readlinkSync(encodeName(path), { encoding: 'buffer' }));
    let real = target.startsWith('/') ? '' : parent;
    for (const part of target.split('/')) {
      if (part === '' || part === '.') continue;
      // What was resolved so far has no links in it, so its parent is one name less.
      real = part === '..' ? real.slice(0, Math.max(real.lastIndexOf('/'), 0)) : this.#step(real, part, links - 1);
    }
    return real;
  }
}

/** Overlay's mark for "nothing here": a character device 0:0. */
export function isWhiteoutDevice(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}

/** True when the error says that something is already there. */
export function isTaken(error: unknown): boolean {
  return errorCode(error) === 'EEXIST';
}

function child(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
