// Paths of instructions, relative to the working directory.
import { posix } from 'node:path';

/** WORKDIR after WORKDIR: absolute and clean. */
export function joinWorkdir(workdir: string | undefined, path: string): string {
  return posix.resolve('/', workdir || '/', path);
}

/** The destination of COPY: absolute, with a slash at its end where it is a directory in any case. */
export function copyDestination(workdir: string | undefined, path: string): string {
  const clean = joinWorkdir(workdir, path);
  const isDirectory = path === '' || path === '.' || path.endsWith('/') || path.endsWith('/.');
  return isDirectory && clean !== '/' ? `${clean}/` : clean;
}
