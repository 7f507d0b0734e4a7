// Paths as Go and Docker's archive package take them apart: what comes last decides between a file and a directory.

import { posix } from 'node:path';

/** Without doubled slashes, `.` and `..`, and without a slash at the end; `.` for nothing. */
export function clean(path: string): string {
  const normal = posix.normalize(path || '.');
  return normal.length > 1 ? normal.replace(/\/+$/, '') : normal;
}

/** The last part; `.` for nothing, `/` for the root. */
export function base(path: string): string {
  if (path === '') return '.';
  return path.replace(/\/+$/, '').split('/').at(-1) || '/';
}

/** `dir/.` or `.`: the content of a directory rather than the directory. */
function meansContent(path: string): boolean {
  return base(path) === '.';
}

/** Ends in a slash, or means a directory's content. */
export function assertsDirectory(path: string): boolean {
  return path.endsWith('/') || meansContent(path);
}

/** A cleaned path with the end of the original, which cleaning takes away. */
export function keepEnd(cleaned: string, original: string): string {
  let path = cleaned;
  if (!meansContent(path) && meansContent(original)) path = path.endsWith('/') ? `${path}.` : `${path}/.`;
  return !path.endsWith('/') && original.endsWith('/') ? `${path}/` : path;
}

/** The directory (with a slash at its end) and the entry in it; the entry of `dir/.` is `.`. */
export function splitEntry(path: string): { directory: string; entry: string } {
  const cleaned = meansContent(path) && clean(path) !== '.' ? `${clean(path).replace(/\/$/, '')}/.` : clean(path);
  const slash = cleaned.lastIndexOf('/') + 1;
  return { directory: cleaned.slice(0, slash), entry: cleaned.slice(slash) };
}

/** A link's target keeps the end of the path that led to it; `rebase`: the name that was asked for, if it is another. */
export function followed(path: string, target: string): { path: string; rebase: string | undefined } {
  let resolved = target;
  if (meansContent(path) && !meansContent(resolved)) resolved += '/.';
  if (path.endsWith('/') && !resolved.endsWith('/')) resolved += '/';
  return { path: resolved, rebase: base(path) === base(resolved) ? undefined : base(path) };
}
