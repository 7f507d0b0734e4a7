// Errors as HTTP tells them.

import { type ErrorKind, errorKind, errorMessage } from '../lib/errors.ts';
import { ProtocolError } from '../lib/http/protocol-error.ts';

const statuses: Record<ErrorKind, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'not-modified': 304,
  'not-implemented': 501,
  unavailable: 503,
  cancelled: 499,
  system: 500,
};

/** The status and the message of any thrown value. */
export function errorStatus(error: unknown): { status: number; message: string } {
  const status = error instanceof ProtocolError ? error.status : statuses[errorKind(error)];
  return { status, message: errorMessage(error) };
}
