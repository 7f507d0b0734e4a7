// Paths of `docker cp` as Docker takes them, and its words for those that lead nowhere.

import { posix } from 'node:path';
import { BerthError, errorCode, errorMessage, invalid, notFound, systemError } from '../../../lib/errors.ts';

/** Absolute and clean, but a slash or `/.` at the end stays: it asks for a directory. Throws `invalid` for none. */
export function cleanArchivePath(path: string | undefined): string {
  // Docker's words, blank missing and all.
  if (!path) throw invalid('bad parameter: pathcannot be empty');
  if (path.includes('\0')) throw invalid('path contains a NUL');
  const clean = posix.join('/', path).replace(/\/+$/, '') || '/';
  // `a/./` ends in `.`, too.
  if (/(^|\/)\.\/*$/.test(path)) return clean === '/' ? '/.' : `${clean}/.`;
  return path.endsWith('/') && clean !== '/' ? `${clean}/` : clean;
}

/** The error of a use of `path`, as Docker words it: not-found names container and path as they were given. */
export function explainPath(error: unknown, asked: { path: string; clean: string; container: string }): unknown {
  if (error instanceof BerthError) return error;
  switch (errorCode(error)) {
    case undefined:
      return error;
    case 'ENOENT':
      return notFound(`Could not find the file ${asked.path} in container ${asked.container}`, error);
    case 'ENOTDIR':
      return systemError(`lstat ${asked.clean}: not a directory`, error);
    case 'ELOOP':
      return systemError(`lstat ${asked.clean}: too many levels of symbolic links`, error);
    case 'ENAMETOOLONG':
      return systemError(`lstat ${asked.clean}: file name too long`, error);
    default:
      return systemError(errorMessage(error), error);
  }
}
