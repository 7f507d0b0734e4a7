// HTTP as bytes on a connection, for what no client library would send.

import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Bytes to send, or milliseconds to wait before the next. */
type Piece = string | Buffer | number;

/** How the sender leaves once everything is sent: waits for the answer, ends its side first, or is gone. */
type Leaving = 'stays' | 'half-closes' | 'vanishes';

/**
 * Sends the pieces and returns the first answer; undefined when the connection was closed without one. Throws when the
 * server has neither answered in full nor closed after `timeoutMs`. The request must ask for `Connection: close`.
 */
export async function exchange(
  socketPath: string,
  pieces: readonly Piece[],
  { leaving = 'stays', timeoutMs = 15_000 }: { leaving?: Leaving; timeoutMs?: number } = {},
): Promise<RawAnswer | undefined> {
  const received: Buffer[] = [];
  const socket = connect({ path: socketPath, allowHalfOpen: true });
  const over = new Promise<void>(resolve => socket.once('end', resolve).once('close', resolve));
  socket.on('error', () => {}).on('data', (chunk: Buffer) => received.push(chunk));
  const { promise: late, resolve: tooLate } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => tooLate('late'), timeoutMs);
  try {
    for (const piece of pieces) {
      if (typeof piece === 'number') await Bun.sleep(piece);
      else socket.write(piece);
    }
    if (leaving === 'half-closes') socket.end();
    if (leaving === 'vanishes') return undefined;
    if ((await Promise.race([over, late])) === 'late') throw new Error(`no answer: ${describe(pieces)}`);
    return parse(Buffer.concat(received).toString());
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** A request with a body of the length it has. */
export function request(method: string, target: string, body?: string | Buffer, headers: Record<string, string> = {}) {
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const fields = { Host: 'berth', Connection: 'close', ...json, ...length, ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`),
    typeof body === 'string' ? Buffer.from(body) : (body ?? Buffer.alloc(0)),
  ]);
}

/** Enough of a request to recognise it by. */
function describe(pieces: readonly Piece[]): string {
  return JSON.stringify(pieces.map(String).join('').slice(0, 400));
}

function parse(text: string): RawAnswer | undefined {
  const match = /^HTTP\/1\.1 (\d{3})/.exec(text);
  if (!match) return undefined;
  const end = text.indexOf('\r\n\r\n');
  return { status: Number(match[1]), head: text.slice(0, end), body: text.slice(end + 4) };
}
