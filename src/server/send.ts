// Sends what a handler returned, in the way the declared response asks for.

import type { Endpoint } from '../api/endpoint.ts';
import { isAtLeast } from '../api/versions.ts';
import { errorMessage } from '../lib/errors.ts';
import type { BodyWriter, Exchange } from '../lib/http/exchange.ts';
import type { Headers } from '../lib/http/head.ts';
import { BatchWriter } from '../lib/streams/batch-writer.ts';
import { encodeFrame, type Frame } from '../lib/streams/frames.ts';
import { type FramesReply, Reply, type StreamReply } from './handler.ts';

const jsonType = 'application/json';

/** Output of a process on the wire: bare bytes, or stdcopy frames that newer clients are told of. */
export function outputContentType(multiplexed: boolean, version: string): string {
  const kind = multiplexed && isAtLeast(version, '1.42') ? 'multiplexed' : 'raw';
  return `application/vnd.docker.${kind}-stream`;
}

/** A reply to send: where, for which operation, and with which headers besides its own. */
interface Sending {
  exchange: Exchange;
  endpoint: Endpoint;
  headers: Headers;
  version: string;
}

/**
 * Sends `result`. Rejects as long as nothing is sent; a failure after that ends the stream in the way its reader
 * understands: an error line, a frame on stderr, or a broken connection.
 */
export async function sendReply(sending: Sending, result: unknown): Promise<void> {
  const { endpoint, headers } = sending;
  const { response } = endpoint;
  switch (response.kind) {
    case 'json':
      return sendWhole(sending, result, value => `${JSON.stringify(value)}\n`, jsonType);
    case 'text':
      return sendWhole(sending, result, String, 'text/plain; charset=utf-8');
    case 'empty':
    case 'hijack':
    case 'websocket':
      return sendEmpty(sending, result);
    case 'deferred':
      return sendDeferred(sending, result as { later: Promise<unknown> });
    case 'lines':
      return sendLines(sending, result as StreamReply<unknown>, response.live);
    case 'bytes': {
      const reply = result as StreamReply<Uint8Array>;
      const all = { ...headers, 'Content-Type': response.contentType, ...reply.headers };
      return pump(begin(sending, all), reply.stream, chunk => chunk);
    }
    case 'frames':
      return sendFrames(sending, result as FramesReply);
  }
}

function sendWhole(sending: Sending, result: unknown, format: (value: unknown) => string, type: string): void {
  const { exchange, endpoint, headers } = sending;
  const reply = result instanceof Reply ? result : undefined;
  const value = reply ? reply.value : result;
  const all = { ...headers, 'Content-Type': type, ...reply?.headers };
  exchange.send(reply?.status ?? endpoint.status, all, format(value));
}

function sendEmpty(sending: Sending, result: unknown): void {
  const { exchange, endpoint, headers } = sending;
  if (exchange.started) return;
  const reply = result instanceof Reply ? result : undefined;
  // A connection that was not taken over after all (a detached exec) is answered like any other request.
  const status = reply?.status ?? (endpoint.status === 101 ? 200 : endpoint.status);
  exchange.send(status, { ...headers, ...reply?.headers });
}

async function sendDeferred(sending: Sending, result: { later: Promise<unknown> }): Promise<void> {
  const { exchange, endpoint, headers } = sending;
  // What is refused at once is still an HTTP error.
  await Promise.race([result.later, new Promise(resolve => setImmediate(resolve))]);
  const writer = exchange.start(endpoint.status, { ...headers, 'Content-Type': jsonType });
  try {
    const value = await result.later;
    await writer.write(`${JSON.stringify(value)}\n`);
    writer.end();
  } catch {
    writer.destroy();
  }
}

async function sendLines(sending: Sending, reply: StreamReply<unknown>, live: boolean): Promise<void> {
  const all = { ...sending.headers, 'Content-Type': jsonType, ...reply.headers };
  const lineEnd = live ? '\n' : '\r\n';
  const format = (value: unknown) => JSON.stringify(value) + lineEnd;
  if (live) return pump(begin(sending, all), reply.stream, format);
  // A failure of the first step is still an HTTP error.
  const iterator = reply.stream[Symbol.asyncIterator]();
  const stream = resumed(iterator, await iterator.next());
  await pump(begin(sending, all), stream, format, error => {
    const message = errorMessage(error);
    return format({ errorDetail: { message }, error: message });
  });
}

function begin(sending: Sending, headers: Headers): { writer: BodyWriter; signal: AbortSignal } {
  const { exchange, endpoint } = sending;
  return { writer: exchange.start(endpoint.status, headers), signal: exchange.signal };
}

/** The iteration that goes on after `first`. */
function resumed<T>(iterator: AsyncIterator<T>, first: IteratorResult<T>): AsyncIterable<T> {
  let pending: IteratorResult<T> | undefined = first;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const step = pending;
        pending = undefined;
        return step ? Promise.resolve(step) : iterator.next();
      },
      return: async () => (await iterator.return?.()) ?? { value: undefined, done: true },
    }),
  };
}

async function sendFrames(sending: Sending, reply: FramesReply): Promise<void> {
  const { headers, version } = sending;
  const { multiplexed } = reply;
  const all = { ...headers, 'Content-Type': outputContentType(multiplexed, version), ...reply.headers };
  const format = (frame: Frame) => (multiplexed ? encodeFrame(frame.stream, frame.data) : frame.data);
  await pump(begin(sending, all), reply.stream, format, error => {
    const data = Buffer.from(`Error grabbing logs: ${errorMessage(error)}\n`);
    return format({ stream: 'stderr', data });
  });
}

/**
 * Writes a stream with back-pressure, until it ends or the client goes away. `last` is what to say when the stream
 * fails; without it the connection is broken.
 */
async function pump<T>(
  out: { writer: BodyWriter; signal: AbortSignal },
  stream: AsyncIterable<T>,
  format: (item: T) => string | Uint8Array,
  last?: (error: unknown) => string | Uint8Array | undefined,
): Promise<void> {
  const { writer, signal } = out;
  const iterator = stream[Symbol.asyncIterator]();
  const batch = new BatchWriter(data => writer.write(data));
  // A stream that waits for its next item must not wait for ever on behalf of nobody.
  const leave = () => void iterator.return?.();
  signal.addEventListener('abort', leave, { once: true });
  try {
    for await (const item of { [Symbol.asyncIterator]: () => iterator }) {
      const sent = batch.add(format(item));
      if (sent) await sent;
    }
    await batch.flush();
    writer.end();
  } catch (error) {
    const message = signal.aborted ? undefined : last?.(error);
    if (message === undefined) return writer.destroy();
    await batch.flush();
    await writer.write(message);
    writer.end();
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
