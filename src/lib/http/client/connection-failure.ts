// Why a request got no answer, in the words of Go's client, which is what Docker's users know.
import { errorCode, errorMessage } from '../../errors.ts';
import { describeTlsFailure } from './tls-failure.ts';

const words: Record<string, string> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
};

/** `dial tcp 127.0.0.1:1: connect: connection refused` and the like. */
export function describeConnectionFailure(error: unknown, url: URL): string {
  const tls = describeTlsFailure(error);
  if (tls !== undefined) return tls;
  const code = errorCode(error) ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_NODATA' || code === 'EAI_NONAME') {
    return `dial tcp: lookup ${url.hostname}: no such host`;
  }
  if (code === 'EAI_AGAIN') return `dial tcp: lookup ${url.hostname}: Temporary failure in name resolution`;
  const said = words[code];
  if (said !== undefined) return `dial tcp ${addressOf(error, url)}: ${said}`;
  if (code === 'ECONNRESET') return `read tcp ${addressOf(error, url)}: read: connection reset by peer`;
  if (code === 'EPIPE') return `write tcp ${addressOf(error, url)}: write: broken pipe`;
  const message = errorMessage(error);
  return message === 'unexpected EOF' ? 'EOF' : message;
}

/** Where there was never anybody to talk to: trying again at once helps nobody. */
export function isUnreachable(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return code in words || code.startsWith('EAI_') || code === 'ENOTFOUND' || describeTlsFailure(error) !== undefined;
}

function addressOf(error: unknown, url: URL): string {
  // Of a host with several addresses the first, as Go has it.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { address, port } = first as { address?: unknown; port?: unknown };
  const host = typeof address === 'string' ? address : url.hostname.replace(/^\[|\]$/g, '');
  const number = typeof port === 'number' ? port : Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return `${host.includes(':') ? `[${host}]` : host}:${number}`;
}
