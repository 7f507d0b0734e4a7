// An error that the classic builder tells in other words than BuildKit.
import { BerthError, type ErrorKind } from '../../lib/errors.ts';

/** `message` is BuildKit's. */
export class ClassicError extends BerthError {
  readonly classic: string;

  constructor(kind: ErrorKind, words: { message: string; classic: string }, cause?: unknown) {
    super(kind, words.message, { cause });
    this.name = 'ClassicError';
    this.classic = words.classic;
  }
}
