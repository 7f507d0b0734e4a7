// What went wrong with a call, in the words Docker's client has for it.

import { readFileSync, statSync } from 'node:fs';
import { BerthError, type ErrorKind, errorCode, errorMessage } from '../lib/errors.ts';
import { describeTlsFailure } from '../lib/http/client/tls-failure.ts';

const kinds: Record<number, ErrorKind> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  501: 'not-implemented',
  503: 'unavailable',
};

/** The `cause` of an error that the daemon answered with. */
class DaemonAnswer {
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

/** Whether the daemon itself answered with this error (a command line then says `Error response from daemon:`). */
export function isFromDaemon(error: unknown): boolean {
  return error instanceof BerthError && error.cause instanceof DaemonAnswer;
}

/** The error an answer of `status` with this body means. */
export function answerError(status: number, body: string): BerthError {
  const kind = kinds[status] ?? (status < 500 ? 'invalid' : 'system');
  return new BerthError(kind, answerMessage(status, body), { cause: new DaemonAnswer(status) });
}

/** The newest version a daemon that found ours too new speaks; undefined for any other error. */
export function refusedVersion(error: unknown): string | undefined {
  if (!isFromDaemon(error)) return undefined;
  return /is too new\. Maximum supported API version is (\d+\.\d+)/.exec(errorMessage(error))?.[1];
}

const clientAdvice =
  'the server probably has client authentication (--tlsverify) enabled; check your TLS client certification settings: ';

/** The error of a connection to `host` that could not be made or broke. */
export function connectionError(host: string, error: unknown): BerthError {
  if (error instanceof BerthError) return error;
  const code = errorCode(error);
  if (code === 'EACCES' || code === 'EPERM') {
    const message = `permission denied while trying to connect to the Docker daemon socket at ${host}${groupAdvice(host)}`;
    return new BerthError('unavailable', message, { cause: error });
  }
  const encryption = describeTlsFailure(error);
  const advice = /^remote error: tls: .*certificate/.test(encryption ?? '') ? clientAdvice : '';
  const message =
    code === undefined || encryption !== undefined
      ? `error during connect: ${advice}${encryption ?? errorMessage(error)}`
      : `Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?`;
  return new BerthError('unavailable', message, { cause: error });
}

function answerMessage(status: number, body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message).trim();
  } catch {
    // Not JSON: a proxy, or an error to a client of before 1.24.
  }
  return body.trim() || `request returned status ${status}`;
}

/** Which group may use the socket. */
function groupAdvice(host: string): string {
  if (!host.startsWith('unix://')) return '';
  try {
    const { gid, mode } = statSync(host.slice('unix://'.length));
    if (gid === 0 || (mode & 0o060) !== 0o060) return '';
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find(entry => entry.split(':')[2] === String(gid));
    return `: only root and members of the group ${line?.split(':')[0] ?? gid} may use it`;
  } catch {
    return '';
  }
}
