// What another registry said, or that it said nothing, as this registry says it.
import { RegistryError } from '../../distribution/index.ts';
import { type ErrorKind, errorKind, errorMessage } from '../../lib/errors.ts';
import { Refusal, type RefusalCode } from '../refusal.ts';

const codes: Partial<Record<ErrorKind, RefusalCode>> = {
  unauthorized: 'DENIED',
  forbidden: 'DENIED',
  unavailable: 'UNAVAILABLE',
  cancelled: 'UNAVAILABLE',
};

/** True when asking again later may help: it is down, slow, or has had enough of us. */
export function isPassing(error: unknown): boolean {
  return ['unavailable', 'cancelled'].includes(errorKind(error));
}

/** The refusal for an error of another registry; `missing` is the code for what it does not have. */
export function refuseUpstream(error: unknown, missing: RefusalCode): Error {
  if (error instanceof Refusal) return error;
  // Clients know how to wait; that of others is theirs.
  const { message } = error instanceof RegistryError ? error.first : { message: errorMessage(error) };
  if (error instanceof RegistryError && error.status === 429) {
    return new Refusal('TOOMANYREQUESTS', { message: `upstream: ${message}` });
  }
  const code = errorKind(error) === 'not-found' ? missing : codes[errorKind(error)];
  if (code === undefined) return error instanceof Error ? error : new Error(errorMessage(error));
  return new Refusal(code, { message: `upstream: ${message}` });
}
