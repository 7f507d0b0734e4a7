// One HTTP request on a connection of its own, byte for byte as a test wants it: clients would repair what is malformed.

import { connect, type Socket } from 'node:net';

export interface HttpRequest {
  readonly method: string;
  /** Path and query, sent as they are. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const limitMs = 20_000;

/** Sends a request to `host` (`unix://` or `tcp://`) and reads the answer to the end of the connection. */
export async function requestOnce(host: string, request: HttpRequest): Promise<HttpAnswer> {
  const socket = open(host);
  const pieces: Buffer[] = [];
  const timer = setTimeout(
    () => socket.destroy(new Error(`no end in time: ${request.method} ${request.target}`)),
    limitMs,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('data', (piece: Buffer) => pieces.push(piece));
      // Who answers before the body is read may reset the connection: the answer counts.
      socket.once('error', error => (pieces.length > 0 ? resolve() : reject(error)));
      socket.once('close', () => resolve());
      socket.write(encode(request));
    });
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
  return decode(Buffer.concat(pieces));
}

function open(host: string): Socket {
  if (host.startsWith('unix://')) return connect(host.slice('unix://'.length));
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'));
  return connect(Number(port), hostname);
}

function encode({ method, target, headers, body }: HttpRequest): Buffer {
  const content: Uint8Array = typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array());
  const all: Record<string, string> = { Host: 'engine', Connection: 'close', ...headers };
  if (body !== undefined) all['Content-Length'] = String(content.length);
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`), content]);
}

function decode(bytes: Buffer): HttpAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`no HTTP answer: ${bytes.toString()}`);
  const [start = '', ...lines] = bytes.subarray(0, end).toString().split('\r\n');
  const headers = Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = bytes.subarray(end + 4);
  const body = headers['transfer-encoding'] === 'chunked' ? joinChunks(rest) : rest;
  return { status: Number(start.split(' ')[1]), headers, body };
}

function joinChunks(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const line = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, line).toString(), 16);
    if (!size) break;
    pieces.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(pieces);
}
