// What a full disk says, with the piece of work that met it: the kernel's words alone tell nobody where to look.
import { BerthError, errorCode, errorMessage } from '../../lib/errors.ts';

/** The error to be told of `work`; everything but a full disk speaks for itself. */
export function explainFullDisk(error: unknown, work: string): unknown {
  if (!isFullDisk(error)) return error;
  return new BerthError('system', `${work}: no space left on device`, { cause: error });
}

/** Also of errors that came from a worker, which have lost their code. */
function isFullDisk(error: unknown): boolean {
  if (error instanceof BerthError && error.kind !== 'system') return false;
  return /^(ENOSPC|SQLITE_FULL)$/.test(errorCode(error) ?? '') || errorMessage(error).startsWith('ENOSPC: ');
}
