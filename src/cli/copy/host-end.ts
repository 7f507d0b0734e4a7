// The host's end of a copy: what is at a path, links followed as Docker follows them.

import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { posix } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import { systemMessage } from '../container-config/env.ts';
import { base, followed, keepEnd, splitEntry } from './go-path.ts';
import type { CopyEnd } from './plan-copy.ts';

const maximumLinks = 10;

/** Absolute, with the end that was typed. */
export function absolutePath(path: string, directory: string): string {
  return keepEnd(posix.resolve(directory, path), path);
}

/** The source of a copy; with `follow`, what a link at its end leads to. Throws a plain Error when it is not there. */
export function sourceEnd(path: string, follow: boolean): CopyEnd {
  const resolved = follow ? followed(path, real(path)) : inRealParent(path);
  return { path: resolved.path, exists: true, isDirectory: look(resolved.path).isDirectory(), rebase: resolved.rebase };
}

/** The destination of a copy, links followed, even one that leads to nothing yet. */
export function destinationEnd(path: string): CopyEnd {
  let at = path;
  for (let links = 0; ; links++) {
    const stats = lookIfThere(at);
    if (!stats) break;
    if (!stats.isSymbolicLink()) return { path: at, exists: true, isDirectory: stats.isDirectory() };
    if (links > maximumLinks) throw new Error(`too many symlinks in ${path}`);
    const target = readlinkSync(at.replace(/\/+$/, ''));
    at = target.startsWith('/') ? target : posix.join(splitEntry(at).directory, target);
  }
  const parent = splitEntry(at).directory || '.';
  if (!attempt('stat', parent, () => statSync(parent)).isDirectory()) throw new Error('not a directory');
  return { path: at, exists: false, isDirectory: false };
}

/** Throws what docker says of a path that nothing can be written to. */
export function checkOutputPath(path: string): void {
  const directory = posix.dirname(path.replace(/(?<=.)\/+$/, ''));
  if (directory !== '.' && !statSync(directory, { throwIfNoEntry: false })) {
    throw new Error(`invalid output path: directory ${JSON.stringify(directory)} does not exist`);
  }
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isCharacterDevice() || stats?.isBlockDevice()) {
    throw new Error(`invalid output path: ${JSON.stringify(path)} must be a directory or a regular file: got a device`);
  }
}

/** The path with its directory's links resolved, and its last part as it is. */
function inRealParent(path: string): { path: string; rebase: string | undefined } {
  const slash = path.lastIndexOf('/') + 1;
  const resolved = `${real(path.slice(0, slash)).replace(/\/$/, '')}/${path.slice(slash)}`;
  return { path: resolved, rebase: path.endsWith('/') && base(path) !== base(resolved) ? base(path) : undefined };
}

function real(path: string): string {
  const resolved = attempt('lstat', path.replace(/(?<=.)\/+$/, ''), () => realpathSync(path));
  if (path.endsWith('/') && !statSync(resolved).isDirectory()) throw new Error('not a directory');
  return resolved;
}

function look(path: string): Stats {
  return attempt('lstat', path, () => lstatSync(path));
}

function lookIfThere(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new Error(`lstat ${path}: ${systemMessage(error)}`, { cause: error });
  }
}

function attempt<T>(call: string, path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Error(`${call} ${path}: ${systemMessage(error)}`, { cause: error });
  }
}
