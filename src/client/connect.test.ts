// The client against a real server on a socket, and against daemons that are not there.

import { expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { BerthError } from '../lib/errors.ts';
import type { Exchange } from '../lib/http/exchange.ts';
import { HttpServer } from '../lib/http/http-server.ts';
import { connect } from './connect.ts';
import { isFromDaemon } from './failure.ts';

async function daemon(handler: (exchange: Exchange) => Promise<void> | void) {
  const directory = mkdtempSync(join(tmpdir(), 'berth-client-'));
  const path = join(directory, 's');
  const server = new HttpServer(handler);
  await server.listen({ path });
  const dispose = async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  };
  return { host: `unix://${path}`, path, server, [Symbol.asyncDispose]: dispose };
}

const failure = async (work: Promise<unknown>): Promise<BerthError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BerthError)) throw new Error(`not a BerthError: ${error}`);
  return error;
};

test('a call is the declared request, and its result the JSON document', async () => {
  const seen: unknown[] = [];
  await using d = await daemon(async exchange => {
    const body = (await exchange.body.buffer(1000)).toString();
    seen.push([exchange.method, exchange.target, exchange.headers['content-type'], body]);
    exchange.send(200, {}, '{"Id":"1","Warnings":[]}');
  });
  const client = connect({ host: d.host });
  const made = await client.call('ContainerCreate', { query: { name: 'a b' }, body: { Image: 'x' } });
  expect(made.Id).toBe('1');
  await client.call('ImageInspect', { path: { name: 'reg:5000/a/b c' } });
  await client.call('ImageInspect', { path: { name: '/a//b/' } });
  await client.call('ContainerList', { query: { all: true, limit: undefined, filters: { label: ['a'] } } });
  expect(seen).toEqual([
    ['POST', '/v1.51/containers/create?name=a%20b', 'application/json', '{"Image":"x"}'],
    ['GET', '/v1.51/images/reg:5000/a/b%20c/json', undefined, ''],
    ['GET', '/v1.51/images/a/b/json', undefined, ''],
    ['GET', '/v1.51/containers/json?all=1&filters=%7B%22label%22%3A%5B%22a%22%5D%7D', undefined, ''],
  ]);
});

test('a name that is empty is refused before another operation is asked for, and so is a redirect', async () => {
  let asked = 0;
  await using d = await daemon(exchange => {
    asked++;
    exchange.send(301, { Location: '/' });
  });
  const client = connect({ host: d.host });
  const stop = await failure(client.call('ContainerStop', { path: { id: '' } }));
  expect(stop.message).toBe('invalid container name or ID: value is empty');
  expect((await failure(client.call('VolumeInspect', { path: { name: '' } }))).message).toContain('volume name or ID');
  expect((await failure(client.stream('ImageGet', { path: { name: '' } }))).message).toBe('Error: No such image: ');
  expect((await failure(client.stream('ImageGet', { path: { name: '//' } }))).message).toBe('Error: No such image: ');
  expect(asked).toBe(0);
  expect((await failure(client.call('ContainerStop', { path: { id: 'x' } }))).kind).toBe('invalid');
});

test('an older daemon is spoken to in its version, from the second call without a detour', async () => {
  const seen: string[] = [];
  await using d = await daemon(async exchange => {
    seen.push(exchange.target);
    await exchange.body.buffer(1000);
    const message = 'client version 1.51 is too new. Maximum supported API version is 1.45';
    if (exchange.target.startsWith('/v1.51')) exchange.send(400, {}, JSON.stringify({ message }));
    else exchange.send(200, {}, '{"Version":"1"}');
  });
  const client = connect({ host: d.host });
  expect((await client.call('SystemVersion')).Version).toBe('1');
  expect(client.version).toBe('1.45');
  await client.call('SystemVersion');
  expect(seen).toEqual(['/v1.51/version', '/v1.45/version', '/v1.45/version']);
  expect((await failure(connect({ host: d.host, version: '1.51' }).call('SystemVersion'))).kind).toBe('invalid');
});

test('a body that can be sent once finds its version beforehand', async () => {
  const seen: string[] = [];
  await using d = await daemon(async exchange => {
    const { length } = await exchange.body.buffer(1 << 20);
    seen.push(`${exchange.method} ${exchange.target} ${length}`);
    const message = 'client version 1.51 is too new. Maximum supported API version is 1.45';
    if (exchange.target.startsWith('/v1.51')) exchange.send(400, {}, JSON.stringify({ message }));
    else exchange.send(200, {}, '{"status":"a"}\r\n{"status":"b"}\r\n');
  });
  async function* tar() {
    yield Buffer.alloc(1000);
    yield Buffer.alloc(234);
  }
  const result = await connect({ host: d.host }).stream('ImageLoad', { body: tar() });
  const lines: unknown[] = [];
  for await (const line of result.lines()) lines.push(line);
  expect(lines).toEqual([{ status: 'a' }, { status: 'b' }]);
  expect(seen.at(-1)).toBe('POST /v1.45/images/load 1234');
});

test('an answer of the daemon keeps its message and the kind of its status', async () => {
  await using d = await daemon(exchange => exchange.send(404, {}, '{"message":"No such container: x"}\n'));
  const error = await failure(connect({ host: d.host }).call('ContainerStart', { path: { id: 'x' } }));
  expect([error.kind, error.message, isFromDaemon(error)]).toEqual(['not-found', 'No such container: x', true]);
});

test('a daemon that is not there is unavailable', async () => {
  const error = await failure(connect({ host: 'unix:///nonexistent/s' }).call('SystemPing'));
  expect(error.kind).toBe('unavailable');
  expect(error.message).toBe(
    'Cannot connect to the Docker daemon at unix:///nonexistent/s. Is the docker daemon running?',
  );
  expect(isFromDaemon(error)).toBe(false);
});

test('a connection that breaks is an error, not an answer', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'berth-client-'));
  const path = join(directory, 's');
  const server = createServer(socket =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{')),
  );
  await new Promise<void>(resolve => server.listen(path, () => resolve()));
  const error = await failure(connect({ host: `unix://${path}` }).call('SystemVersion'));
  expect(error.message).toContain('unexpected EOF');
  server.close();
  rmSync(directory, { recursive: true });
});

test('lines come as they are sent, and the call ends with its signal', async () => {
  await using d = await daemon(async exchange => {
    const writer = exchange.start(200, {});
    await writer.write('{"Action":"é');
    await writer.write('1"}\n\n{"Action":"2"}\n{"Act');
    await new Promise(resolve => exchange.signal.addEventListener('abort', resolve));
  });
  const abort = new AbortController();
  const events = await connect({ host: d.host }).stream('SystemEvents', {}, { signal: abort.signal });
  const seen: string[] = [];
  const error = await failure(
    (async () => {
      for await (const event of events.lines()) {
        seen.push(event.Action);
        if (seen.length === 2) abort.abort();
      }
    })(),
  );
  expect([seen, error.kind]).toEqual([['é1', '2'], 'cancelled']);
  while (d.server.connectionCount > 0) await Bun.sleep(1);
});

test('leaving a stream early closes its connection', async () => {
  await using d = await daemon(async exchange => {
    const writer = exchange.start(200, {});
    await writer.write('{"Action":"1"}\n{"Action":"2"}\n');
    await new Promise(resolve => exchange.signal.addEventListener('abort', resolve));
  });
  const events = await connect({ host: d.host }).stream('SystemEvents');
  for await (const event of events.lines()) {
    expect(event.Action).toBe('1');
    break;
  }
  while (d.server.connectionCount > 0) await Bun.sleep(1);
});

test('an answer that comes before the body is sent ends the upload', async () => {
  await using d = await daemon(exchange => {
    if (exchange.method === 'GET') exchange.send(200, {}, 'OK');
    else exchange.send(409, {}, '{"message":"no room"}');
  });
  let sent = 0;
  async function* tar() {
    for (; ; sent++) yield Buffer.alloc(1 << 16);
  }
  const error = await failure(connect({ host: d.host }).call('ImageLoad', { body: tar() }));
  expect([error.kind, error.message]).toEqual(['conflict', 'no room']);
  const then = sent;
  await Bun.sleep(20);
  expect(sent - then).toBeLessThan(2);
});

test('a connection taken over is a pair of independent directions', async () => {
  await using d = await daemon(async exchange => {
    const socket = exchange.hijack(101, { 'Content-Type': 'application/vnd.docker.multiplexed-stream' });
    socket.write('early ');
    socket.on('data', data => socket.write(data));
    socket.on('end', () => socket.end('end'));
    socket.resume();
  });
  const { socket, multiplexed } = await connect({ host: d.host }).hijack('ContainerAttach', { path: { id: 'x' } });
  expect(multiplexed).toBe(true);
  socket.end('input ');
  let output = '';
  for await (const chunk of socket) output += chunk;
  expect(output).toBe('early input end');
});

test('a hijack that is refused is the daemon’s error', async () => {
  await using d = await daemon(exchange => exchange.send(409, {}, '{"message":"container x is not running"}'));
  const error = await failure(connect({ host: d.host }).hijack('ContainerAttach', { path: { id: 'x' } }));
  expect([error.kind, error.message]).toEqual(['conflict', 'container x is not running']);
});

test('a daemon in the same process can be reached without a socket', async () => {
  const server = new HttpServer(exchange => exchange.send(200, {}, 'OK'));
  const dial = async () => {
    const [near, far] = duplexPair();
    server.accept(far);
    return near;
  };
  expect(await connect({ host: 'memory', dial }).call('SystemPing')).toBe('OK');
  await server.close();
});

test('hosts that cannot be are refused', () => {
  for (const host of ['', 'unix://', 'nope://x', 'tcp://', 'tcp://h:port']) {
    expect(() => connect({ host })).toThrow('unable to parse docker host');
  }
});

test('an answer that is longer than what was asked for does not hang', async () => {
  await using d = await daemon(exchange => exchange.send(200, {}, 'OK'));
  chmodSync(d.path, 0o600);
  expect(await connect({ host: d.host }).call('SystemPing')).toBe('OK');
  expect(await connect({ host: d.host }).call('SystemPingHead')).toBe('');
});
