// Connections to unix sockets, against a bare server.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalConnection } from './local-connection.ts';

let folder: string;
let server: Server;
let accepted: Promise<Socket>;
let path: string;
let sockets: Socket[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-local-'));
  path = join(folder, 's');
  const { promise, resolve } = Promise.withResolvers<Socket>();
  accepted = promise;
  sockets = [];
  server = createServer({ allowHalfOpen: true }, socket => {
    sockets.push(socket);
    resolve(socket);
  });
  await new Promise<void>(done => server.listen(path, done));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise(done => server.close(done));
  rmSync(folder, { recursive: true });
});

async function connected(): Promise<[LocalConnection, Socket]> {
  const connection = await LocalConnection.open(path);
  return [connection, await accepted];
}

const next = (connection: LocalConnection, event: string) =>
  new Promise<Buffer>(resolve => connection.once(event, resolve));

test('what the other side does not read yet is sent as it reads, and said to be sent then', async () => {
  const [connection, other] = await connected();
  other.pause();
  const bytes = Buffer.alloc(4_000_000, 'abcdefg');
  let sent = false;
  connection.write(bytes, () => {
    sent = true;
  });
  const last = new Promise<void>(done => connection.write('end', done));
  expect(sent).toBe(false);
  const parts: Buffer[] = [];
  other.on('data', part => parts.push(part as Buffer));
  other.resume();
  await last;
  expect(sent).toBe(true);
  const all = new Promise(done => other.once('end', done));
  connection.destroy();
  await all;
  expect(Buffer.concat(parts).equals(Buffer.concat([bytes, Buffer.from('end')]))).toBe(true);
});

test('nothing is delivered while it is paused, and everything in order afterwards', async () => {
  const [connection, other] = await connected();
  const parts: string[] = [];
  connection.on('data', part => parts.push(String(part)));
  connection.pause();
  other.write('one');
  connection.unshift(Buffer.from('zero '));
  await Bun.sleep(20);
  expect([parts, connection.isPaused()]).toEqual([[], true]);
  connection.resume();
  while (parts.join('').length < 8) await next(connection, 'data');
  expect(parts.join('')).toBe('zero one');
  connection.destroy();
});

test('the other side stops sending while nobody reads', async () => {
  const [connection, other] = await connected();
  connection.pause();
  let flushed = false;
  other.write(Buffer.alloc(8_000_000), () => {
    flushed = true;
  });
  await Bun.sleep(50);
  expect(flushed).toBe(false);
  let came = 0;
  const all = new Promise<void>(done => {
    connection.on('data', part => {
      came += part.length;
      if (came === 8_000_000) done();
    });
  });
  connection.resume();
  await all;
  connection.destroy();
});

test('the end of the other side leaves our way open, and closing is told once', async () => {
  const [connection, other] = await connected();
  let closes = 0;
  connection.on('close', () => closes++);
  const ended = next(connection, 'end');
  other.end('last words');
  expect(String(await next(connection, 'data'))).toBe('last words');
  await ended;
  expect(connection.destroyed).toBe(false);
  const came = new Promise(done => other.once('data', done));
  connection.write('still here');
  expect(String(await came)).toBe('still here');
  connection.destroy();
  connection.destroy();
  expect([closes, connection.destroyed]).toEqual([1, true]);
});

test('it closes when the other side goes away', async () => {
  const [connection, other] = await connected();
  connection.on('error', () => {});
  const closed = Promise.race([next(connection, 'close'), next(connection, 'end')]);
  other.destroy();
  await closed;
  connection.destroy();
});

test('what cannot be reached is told by its code, and who gave up gets the reason', async () => {
  const code = (at: string) =>
    LocalConnection.open(at).then(
      () => undefined,
      error => error.code,
    );
  expect([await code(join(folder, 'none')), await code(folder)]).toEqual(['ENOENT', 'ECONNREFUSED']);
  const reason = new Error('enough');
  const given = await LocalConnection.open(path, AbortSignal.abort(reason)).catch(error => error);
  expect(given).toBe(reason);
  (await accepted).destroy();
});
