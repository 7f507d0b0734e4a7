// What a client offers: calls typed by the endpoint table.

import type { Duplex } from 'node:stream';
import type { BodyOf, Endpoint, HijackResponse, PathOf, QueryOf, ResultOf, StreamBody } from '../api/endpoint.ts';
import type { OperationId, Operations } from '../api/endpoints.ts';

import type { SentHeaders } from '../lib/http/head.ts';

type EndpointOf<O extends OperationId> = Operations[O] extends Endpoint ? Operations[O] : never;
type None = Record<string, never>;

/** Bytes as they come; with `length` they are sent as so many. A chunk may change once the next was asked for. */
export type StreamedBody = AsyncIterable<Uint8Array> & { readonly length?: number };

/** What a call carries; parts the operation does not have may be left out. */
type Parameters<O extends OperationId> = {
  /** Extra request headers, e.g. `X-Registry-Auth`. */
  headers?: SentHeaders;
} & ([keyof PathOf<EndpointOf<O>>] extends [never] ? { path?: None } : { path: PathOf<EndpointOf<O>> }) & {
    query?: QueryOf<EndpointOf<O>>;
  } & (EndpointOf<O>['body'] extends StreamBody
    ? { body?: StreamedBody | Uint8Array }
    : undefined extends BodyOf<EndpointOf<O>>
      ? { body?: BodyOf<EndpointOf<O>> }
      : { body: BodyOf<EndpointOf<O>> });

export interface CallOptions {
  /** Ends the call; it then rejects with kind `cancelled`. */
  signal?: AbortSignal;
}

/** A reply whose body is read as it comes, once; leaving it early closes it, and not reading it at all requires `close`. */
export interface StreamResult<T> {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer>;
  /** The body as JSON documents, one after the other. */
  lines(): AsyncIterable<T>;
  /** The whole body as one JSON document. */
  json(): Promise<T>;
  /** Whether the body is in stdcopy frames; `decodeFrames(body)` takes them apart. */
  readonly multiplexed: boolean;
  close(): void;
}

/** A connection taken over; ending it half-closes, the daemon still sends what is left. */
export interface HijackResult {
  readonly socket: Duplex;
  readonly multiplexed: boolean;
}

type HijackOperation = {
  [O in OperationId]: EndpointOf<O>['response'] extends HijackResponse ? O : never;
}[OperationId];

/**
 * A daemon. Every method rejects with a BerthError: of the kind of the HTTP status and with the daemon's message, or
 * `unavailable` when no daemon answers.
 */
export interface Client {
  /** The address, as given. */
  readonly host: string;
  /** Version calls are made with; lower than the newest after a daemon has refused that. */
  readonly version: string;
  /** Calls an operation and waits for its JSON document (undefined for one that has none; text as a string). */
  call<O extends OperationId>(
    operation: O,
    ...rest: Rest<O>
  ): Promise<EndpointOf<O>['response'] extends { kind: 'text' } ? string : ResultOf<EndpointOf<O>>>;
  /** Calls an operation; resolves when its status and headers are there. */
  stream<O extends OperationId>(operation: O, ...rest: Rest<O>): Promise<StreamResult<ResultOf<EndpointOf<O>>>>;
  /** Calls an operation that takes the connection over. */
  hijack<O extends HijackOperation>(operation: O, ...rest: Rest<O>): Promise<HijackResult>;
}

/** `(operation)` alone suffices where nothing has to be given. */
type Rest<O extends OperationId> =
  Partial<Parameters<O>> extends Parameters<O>
    ? [parameters?: Parameters<O>, options?: CallOptions]
    : [parameters: Parameters<O>, options?: CallOptions];
