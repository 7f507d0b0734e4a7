// Attaching through a websocket, as browsers do.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect } from 'node:net';
import type { TestDaemon } from '../support/daemons/daemon.ts';
import { type Engine, startEngine } from '../support/daemons/engine.ts';

let daemon: TestDaemon;
let engine: Engine;
beforeAll(async () => {
  ({ daemon, engine } = await startEngine());
}, 60_000);
afterAll(async () => await daemon[Symbol.asyncDispose]());

/** Sends an upgrade and `message`; the whole answer once the daemon has closed. */
function talk(path: string, headers: string[], message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect({ path: daemon.places.socket });
    socket.on('data', (data: Buffer) => received.push(data));
    socket.on('end', () => resolve(Buffer.concat(received)));
    socket.on('error', reject);
    socket.write([`GET ${path} HTTP/1.1`, 'Host: berth', ...headers, '', ''].join('\r\n'));
    socket.write(message);
  });
}

const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

test('what is typed must reach the container, and its output must come back bare', async () => {
  const id = await engine.run('read line; echo "got $line"; echo oops >&2', { OpenStdin: true, StdinOnce: true });
  const text = Buffer.from('hello\n');
  const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
  const path = `/v1.51/containers/${id}/attach/ws?stream=1&stdin=1&stdout=1&stderr=1`;
  const answer = (await talk(path, upgrade, frame)).toString('latin1');
  expect(answer).toStartWith('HTTP/1.1 101');
  expect(answer).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  expect(answer).toContain('got hello\n');
  expect(answer).toContain('oops\n');
  expect(await engine.wait(id)).toBe(0);
  await engine.remove(id);
});

test('a request that is no websocket must be refused', async () => {
  const id = await engine.create('true');
  const response = await fetch(`http://berth/containers/${id}/attach/ws?stream=1`, { unix: daemon.places.socket });
  expect(response.status).toBe(400);
  expect(((await response.json()) as { message: string }).message).toContain('websocket');
  await engine.remove(id);
});
