// A request that got no answer.
import { BerthError } from '../../lib/errors.ts';
import { describeConnectionFailure, isUnreachable } from '../../lib/http/client/connection-failure.ts';

/** Reads as Go's `net/http` says it: `Get "https://host/v2/": dial tcp …`. */
export class TransportError extends BerthError {
  /** There was nobody to talk to, so that trying again at once helps nobody. */
  readonly unreachable: boolean;

  constructor(call: { method: string; url: URL }, cause: unknown) {
    // Nothing was asked yet of a place that cannot be reached; Docker then names its ping.
    const unreachable = isUnreachable(cause);
    const url = unreachable && call.url.pathname.startsWith('/v2/') ? new URL('/v2/', call.url) : call.url;
    const method = url === call.url ? call.method : 'GET';
    super('unavailable', describeCall(method, url, describeConnectionFailure(cause, call.url)), { cause });
    this.name = 'TransportError';
    this.unreachable = unreachable;
  }
}

/** `Head "https://host/v2/x": what went wrong` */
export function describeCall(method: string, url: URL, what: string): string {
  return `${method.slice(0, 1)}${method.slice(1).toLowerCase()} "${withoutPassword(url)}": ${what}`;
}

function withoutPassword(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
}
