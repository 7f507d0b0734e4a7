// What keeps a COPY from knowing its files: a build says so in the phase of its key, the step itself without.
import { BerthError, type ErrorKind } from '../../lib/errors.ts';

export class ChecksumError extends BerthError {
  constructor(kind: ErrorKind, reason: string, options?: { cause?: unknown }) {
    super(kind, `failed to calculate checksum of ref context: ${reason}`, options);
    this.name = 'ChecksumError';
  }
}
