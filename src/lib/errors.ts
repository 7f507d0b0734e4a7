// One error class for the whole project, with a closed set of kinds; doors map kinds to HTTP statuses and exit codes.

/**
 * What went wrong, in the caller's terms:
 * `invalid` bad input · `unauthorized` no or wrong credentials · `forbidden` not allowed · `not-found` ·
 * `conflict` the state forbids it · `not-modified` already so · `not-implemented` · `unavailable` try again later ·
 * `cancelled` the caller gave up · `system` the machine failed (disk, kernel, runtime).
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'not-modified'
  | 'not-implemented'
  | 'unavailable'
  | 'cancelled'
  | 'system';

/** An error a user may read. `message` keeps Docker's wording where tools match on it. */
export class BerthError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BerthError';
    this.kind = kind;
  }
}

/** Shorthands: `throw invalid('...')`. `cause` is kept for the log. */
export const invalid = (message: string, cause?: unknown) => new BerthError('invalid', message, { cause });
export const notFound = (message: string, cause?: unknown) => new BerthError('not-found', message, { cause });
export const conflict = (message: string, cause?: unknown) => new BerthError('conflict', message, { cause });
export const notModified = (message: string) => new BerthError('not-modified', message);
export const notImplemented = (message: string) => new BerthError('not-implemented', message);
export const systemError = (message: string, cause?: unknown) => new BerthError('system', message, { cause });

/** The kind of any thrown value; `system` for what is not a BerthError. */
export function errorKind(error: unknown): ErrorKind {
  return error instanceof BerthError ? error.kind : 'system';
}

/** The message of any thrown value, for a person. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The error itself or the nearest of its causes that is a `type`; undefined when none is. */
export function findCause<T extends Error>(
  error: unknown,
  type: abstract new (...parameters: never[]) => T,
): T | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof type) return cause;
  return undefined;
}

/** The `code` of a Node system error (`ENOENT`, ...), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
