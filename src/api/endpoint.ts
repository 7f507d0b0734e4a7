// How one operation of the Engine API is declared: as a value that server, client, coverage and tests all read.

import type { Codec } from './codecs.ts';

// Carries a wire type through an endpoint without existing at run time.
declare const wire: unique symbol;

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
// biome-ignore lint/suspicious/noExplicitAny: a codec is invariant, so only `any` admits every one of them.
export type QuerySpec = Record<string, Codec<any>>;

type NoBody = { readonly kind: 'none' };
/** A JSON document; an `optional` one may be missing or empty. */
export type JsonBody<T, Optional extends boolean = boolean> = {
  readonly kind: 'json';
  readonly optional: Optional;
  readonly [wire]?: T;
};
/** Bytes of any length, most often a tar archive. */
export type StreamBody = { readonly kind: 'stream'; readonly contentType: string };
type BodySpec = NoBody | JsonBody<unknown> | StreamBody;

/** One JSON document. */
export type JsonResponse<T> = { readonly kind: 'json'; readonly [wire]?: T };
/** One JSON document that comes later than its headers: the status says that waiting has begun. */
export type DeferredResponse<T> = { readonly kind: 'deferred'; readonly [wire]?: T };
type EmptyResponse = { readonly kind: 'empty' };
export type TextResponse = { readonly kind: 'text' };
/** Bytes of unknown length. */
export type BytesResponse = { readonly kind: 'bytes'; readonly contentType: string };
/**
 * JSON documents, one a line, for as long as it takes. The status of a `live` one is sent before anything happens;
 * otherwise it waits for the first line, so that a failure until then is a plain HTTP error.
 */
export type LinesResponse<T> = { readonly kind: 'lines'; readonly live: boolean; readonly [wire]?: T };
/** Output of a process: bare bytes of a terminal, or stdout and stderr in stdcopy frames. */
export type FramesResponse = { readonly kind: 'frames' };
/** The connection itself, in both directions. */
export type HijackResponse = { readonly kind: 'hijack' };
export type WebSocketResponse = { readonly kind: 'websocket' };
type ResponseSpec =
  | JsonResponse<unknown>
  | DeferredResponse<unknown>
  | EmptyResponse
  | TextResponse
  | BytesResponse
  | LinesResponse<unknown>
  | FramesResponse
  | HijackResponse
  | WebSocketResponse;

/** An operation. `{name}` in `path` is one segment, `{name*}` may hold slashes; `status` is that of success. */
export interface Endpoint<
  Path extends string = string,
  Query extends QuerySpec = QuerySpec,
  Body extends BodySpec = BodySpec,
  Response extends ResponseSpec = ResponseSpec,
> {
  readonly method: Method;
  readonly path: Path;
  readonly query: Query;
  readonly body: Body;
  readonly response: Response;
  readonly status: number;
}

type NoQuery = Record<never, never>;

/** Declares an operation; without `status` success is 200. */
export function endpoint<
  const Path extends string,
  Response extends ResponseSpec,
  Query extends QuerySpec = NoQuery,
  Body extends BodySpec = NoBody,
>(spec: {
  method: Method;
  path: Path;
  query?: Query;
  body?: Body;
  response: Response;
  status?: number;
}): Endpoint<Path, Query, Body, Response> {
  return {
    method: spec.method,
    path: spec.path,
    query: spec.query ?? ({} as Query),
    body: spec.body ?? ({ kind: 'none' } as Body),
    response: spec.response,
    status: spec.status ?? 200,
  };
}

const requiredJson = { kind: 'json', optional: false } as const;
const maybeJson = { kind: 'json', optional: true } as const;
const jsonKind = { kind: 'json' } as const;
const deferredKind = { kind: 'deferred' } as const;
const linesKind = { kind: 'lines', live: false } as const;
const liveLinesKind = { kind: 'lines', live: true } as const;

/** Request bodies. */
export const jsonBody = <T>(): JsonBody<T, false> => requiredJson;
export const optionalJsonBody = <T>(): JsonBody<T, true> => maybeJson;
export const streamBody = (contentType: string): StreamBody => ({ kind: 'stream', contentType });

/** Responses. */
export const json = <T>(): JsonResponse<T> => jsonKind;
export const deferred = <T>(): DeferredResponse<T> => deferredKind;
export const lines = <T>(): LinesResponse<T> => linesKind;
export const liveLines = <T>(): LinesResponse<T> => liveLinesKind;
export const bytes = (contentType: string): BytesResponse => ({ kind: 'bytes', contentType });
export const empty: EmptyResponse = { kind: 'empty' };
export const text: TextResponse = { kind: 'text' };
export const frames: FramesResponse = { kind: 'frames' };
export const hijack: HijackResponse = { kind: 'hijack' };
export const websocket: WebSocketResponse = { kind: 'websocket' };

type ParameterNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Plain}*` ? Plain : Name) | ParameterNames<Rest>
  : never;

/** The path parameters of an endpoint, decoded: `{ id: string }`. */
export type PathOf<E extends Endpoint> = { [K in ParameterNames<E['path']>]: string };

/** The query of an endpoint, decoded; what was not given is undefined. */
export type QueryOf<E extends Endpoint> = {
  [K in keyof E['query']]?: E['query'][K] extends Codec<infer T> ? T | undefined : never;
};

/** The JSON request body; undefined for an endpoint without one. */
export type BodyOf<E extends Endpoint> =
  E['body'] extends JsonBody<infer T, infer Optional> ? (Optional extends true ? T | undefined : T) : undefined;

/** The JSON document, or one JSON line, an endpoint answers with. */
export type ResultOf<E extends Endpoint> = E['response'] extends
  | JsonResponse<infer T>
  | DeferredResponse<infer T>
  | LinesResponse<infer T>
  ? T
  : undefined;
