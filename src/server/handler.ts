// What a handler of an operation is: a function from a typed request to a typed reply.

import type { Duplex } from 'node:stream';
import type {
  BodyOf,
  BytesResponse,
  DeferredResponse,
  Endpoint,
  FramesResponse,
  HijackResponse,
  JsonResponse,
  LinesResponse,
  PathOf,
  QueryOf,
  StreamBody,
  TextResponse,
  WebSocketResponse,
} from '../api/endpoint.ts';
import type { Endpoints, Tag } from '../api/endpoints.ts';
import { BerthError } from '../lib/errors.ts';
import type { Frame } from '../lib/streams/frames.ts';

/** One call of an operation; everything in it is decoded and has the declared types. */
export interface ApiRequest<E extends Endpoint = Endpoint> {
  /** The operation id. */
  readonly operation: string;
  readonly path: PathOf<E>;
  readonly query: QueryOf<E>;
  /** The JSON document; for a stream body its bytes, with back-pressure. */
  readonly body: E['body'] extends StreamBody ? AsyncIterable<Buffer> : BodyOf<E>;
  /** Names in lower case; repeated headers are joined by ', '. */
  readonly headers: Readonly<Record<string, string>>;
  /** The API version the client speaks, '1.24' to '1.51'. */
  readonly version: string;
  /** Aborted when the client goes away before it has the whole reply (not after `hijack`). */
  readonly signal: AbortSignal;
  /**
   * Takes the connection over: sends the status (101, or 200 to a client that asked for no upgrade) and returns the
   * raw connection, which half-closes when the client ends its input. The handler must end or destroy it; its
   * returned value is then ignored. `multiplexed` says whether the output will be stdcopy frames. For a websocket the
   * stream carries what is in the messages; a request that asks for none is refused.
   */
  readonly hijack: E['response'] extends HijackResponse | WebSocketResponse
    ? (options: { multiplexed: boolean }) => Duplex
    : never;
}

/** A value with a status or headers of its own; make it with `reply`. */
export class Reply<T> {
  readonly value: T;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(value: T, options: { status?: number; headers?: Readonly<Record<string, string>> }) {
    this.value = value;
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}

/** Answers `value` with another status than the declared one, or with extra headers. */
export function reply<T>(value: T, options: { status?: number; headers?: Readonly<Record<string, string>> }): Reply<T> {
  return new Reply(value, options);
}

/** A reply that is produced while it is sent; iteration is ended early (`return`) when the client goes away. */
export interface StreamReply<T> {
  stream: AsyncIterable<T>;
  headers?: Readonly<Record<string, string>>;
}

/** Output of a process; `multiplexed` false (a terminal) sends the bytes bare. */
export interface FramesReply extends StreamReply<Frame> {
  multiplexed: boolean;
}

/** What a handler may return, by the declared response. */
type ApiReply<E extends Endpoint> =
  E['response'] extends JsonResponse<infer T>
    ? T | Reply<T>
    : E['response'] extends DeferredResponse<infer T>
      ? { later: Promise<T> }
      : E['response'] extends LinesResponse<infer T>
        ? StreamReply<T>
        : E['response'] extends TextResponse
          ? string | Reply<string>
          : E['response'] extends BytesResponse
            ? StreamReply<Uint8Array>
            : E['response'] extends FramesResponse
              ? FramesReply
              : Nothing;

// biome-ignore lint/suspicious/noConfusingVoidType: a handler may hand on the promise of a function that returns nothing.
type Nothing = void | Reply<undefined>;

/** A thrown BerthError becomes the HTTP error of its kind, any other error a 500. */
type Handler<E extends Endpoint> = (request: ApiRequest<E>) => ApiReply<E> | Promise<ApiReply<E>>;

/** A handler for every operation, under its tag. One that is missing does not compile. */
export type Handlers = {
  readonly [T in Tag]: {
    readonly [O in keyof Endpoints[T]]: Endpoints[T][O] extends Endpoint ? Handler<Endpoints[T][O]> : never;
  };
};

/** The handler of an operation that is declared but not there yet: answers 501. Compared by identity. */
export function notImplemented(request: { readonly operation: string }): never {
  throw new BerthError('not-implemented', `${request.operation} is not implemented yet`);
}
