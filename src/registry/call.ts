// One request to the registry on its way through the house.
import type { Exchange } from '../lib/http/exchange.ts';

export interface Call {
  readonly exchange: Exchange;
  readonly query: URLSearchParams;
}

/** Headers of every answer. */
export const commonHeaders = {
  'Docker-Distribution-API-Version': 'registry/2.0',
  'X-Content-Type-Options': 'nosniff',
} as const;

type ReplyHeaders = Readonly<Record<string, string>>;

/** An answer without a body. */
export function reply({ exchange }: Call, status: number, headers: ReplyHeaders): void {
  exchange.send(status, { ...commonHeaders, ...headers });
}

/** `200` with `value`. */
export function replyJson({ exchange }: Call, value: unknown, headers: ReplyHeaders = {}): void {
  exchange.send(200, { ...commonHeaders, 'Content-Type': 'application/json', ...headers }, JSON.stringify(value));
}
