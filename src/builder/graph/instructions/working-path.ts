// Paths of instructions, relative to the working directory.
import { posix } from 'node:path';

/** WORKDIR after WORKDIR; an absolute one stays as it is written. */
export function joinWorkdir(workdir: string | undefined, path: string): string {
  return path.startsWith('/') ? path : posix.resolve('/', workdir || '/', path);
}

/** A path as an instruction means it: absolute and clean. */
export function workingPath(workdir: string | undefined, path: string): string {
  return posix.resolve('/', workdir || '/', path);
}

/** The destination of COPY: absolute, with a slash at its end where it is a directory in any case. */
export function copyDestination(workdir: string | undefined, path: string): string {
  const clean = workingPath(workdir, path);
  const isDirectory = path === '' || path === '.' || path.endsWith('/') || path.endsWith('/.');
  return isDirectory && clean !== '/' ? `${clean}/` : clean;
}
