// Requests over connections that are kept, and bodies of a known length.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { HttpServer } from '../http-server.ts';
import { dial } from './dial.ts';
import { sendRequest } from './request.ts';

let server: HttpServer;
let port: number;
let connection: Duplex;
let kept: Duplex[];
beforeEach(async () => {
  server = new HttpServer(async exchange => {
    const body = await exchange.body.buffer(1 << 20);
    const { 'content-length': length = '-', 'transfer-encoding': coding = '-' } = exchange.headers;
    const headers: Record<string, string> = exchange.target === '/last' ? { Connection: 'close' } : {};
    exchange.send(200, headers, `${body.length} ${length} ${coding} ${'x'.repeat(500_000)}`);
  });
  port = ((await server.listen({ host: '127.0.0.1', port: 0 })) as AddressInfo).port;
  connection = await dial({ host: '127.0.0.1', port });
  kept = [];
});
afterEach(async () => {
  connection.destroy();
  await server.close();
});

const keep = (back: Duplex) => void kept.push(back);
const send = (target: string, o: { body?: AsyncIterable<Uint8Array>; length?: number } = {}) =>
  sendRequest(connection, { method: 'PUT', target, headers: { Host: 'x' }, ...o }, { keep });
const told = async (response: Awaited<ReturnType<typeof send>>) =>
  (await response.body.buffer(1 << 20)).toString().split(' ').slice(0, 3);

async function* bytes(...sizes: number[]) {
  for (const size of sizes) yield Buffer.alloc(size);
}

test('a connection serves one request after another, and is given up where the server says so', async () => {
  for (let round = 1; round <= 3; round++) {
    expect(await told(await send('/x'))).toEqual(['0', '0', '-']);
    expect(kept).toHaveLength(round);
    expect(kept.at(-1)).toBe(connection);
  }
  await told(await send('/last'));
  expect(kept).toHaveLength(3);
  expect(connection.destroyed).toBe(true);
});

test('a stream goes out with its length where it is known, in chunks where not', async () => {
  expect(await told(await send('/x', { body: bytes(70_000, 3), length: 70_003 }))).toEqual(['70003', '70003', '-']);
  expect(await told(await send('/x', { body: bytes(70_000, 3) }))).toEqual(['70003', '-', 'chunked']);
  expect(kept).toHaveLength(2);
});

test('a stream that is not as long as was said breaks the request', async () => {
  await expect(send('/x', { body: bytes(3), length: 4 })).rejects.toThrow('not of the announced 4 bytes');
  expect(connection.destroyed).toBe(true);
  connection = await dial({ host: '127.0.0.1', port });
  await expect(send('/x', { body: bytes(5), length: 4 })).rejects.toThrow('not of the announced 4 bytes');
});

test('a response whose body is not read to its end does not give the connection back', async () => {
  const response = await send('/x');
  response.close();
  expect(kept).toEqual([]);
  expect(connection.destroyed).toBe(true);
});
