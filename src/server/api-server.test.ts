// The Engine API's conventions, over a real socket.

import { expect, test } from 'bun:test';
import { existsSync, linkSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { conflict, notFound, notModified } from '../lib/errors.ts';
import { dial } from '../lib/http/client/dial.ts';
import { sendRequest } from '../lib/http/client/request.ts';
import { parseListenAddress } from '../lib/http/listen/listen-on.ts';
import { readInput } from '../lib/http/read-input.ts';
import { silentLogger } from '../lib/logger.ts';
import { createApiServer } from './api-server.ts';
import { notImplemented, reply } from './handler.ts';
import { handlersWith, testServer } from './test-server.ts';

async function ask(path: string, method: string, target: string, options: { body?: string; headers?: object } = {}) {
  const headers = { Host: 'd', ...options.headers };
  const response = await sendRequest(await dial({ path }), { method, target, headers, body: options.body });
  const text = (await response.body.buffer(1 << 20)).toString();
  return { status: response.status, headers: response.headers, text };
}

const json = { 'Content-Type': 'application/json' };

test('versions outside the window are refused in Docker’s words', async () => {
  await using server = await testServer({ system: { SystemPing: r => r.version } });
  expect((await ask(server.path, 'GET', '/_ping')).text).toBe('1.51');
  expect((await ask(server.path, 'GET', '/v1.24/_ping')).text).toBe('1.24');
  const old = await ask(server.path, 'GET', '/v1.10/_ping');
  expect(old.status).toBe(400);
  expect(old.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(old.text).toBe(
    'client version 1.10 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version\n',
  );
  const young = await ask(server.path, 'GET', '/v1.99/_ping');
  expect(young.status).toBe(400);
  expect(young.text).toBe('{"message":"client version 1.99 is too new. Maximum supported API version is 1.51"}\n');
  expect(young.headers['api-version']).toBe('1.51');
});

test('every answer of an operation carries the engine’s headers', async () => {
  await using server = await testServer({
    system: { SystemPing: () => reply('OK', { headers: { 'Builder-Version': '2' } }) },
  });
  const { headers } = await ask(server.path, 'GET', '/_ping');
  expect(headers).toMatchObject({
    'api-version': '1.51',
    'builder-version': '2',
    'docker-experimental': 'false',
    ostype: 'linux',
    server: 'Berth/1.2.3 (linux)',
  });
});

test('what is not declared is not found; what is declared but not there says so', async () => {
  await using server = await testServer({});
  for (const [method, target] of [
    ['GET', '/nope'],
    ['PUT', '/v1.51/info'],
    ['HEAD', '/info'],
    ['GET', '/v1.99/nope'],
    ['GET', '/v1.51/containers/json/'],
  ] as const) {
    const answer = await ask(server.path, method, target);
    expect(answer.status).toBe(404);
    if (method !== 'HEAD') expect(answer.text).toBe('{"message":"page not found"}\n');
  }
  const answer = await ask(server.path, 'GET', '/info');
  expect(answer.status).toBe(501);
  expect(JSON.parse(answer.text)).toEqual({ message: 'SystemInfo is not implemented yet' });
  expect((await ask(server.path, 'GET', '//containers//json?all=1')).headers.location).toBe('/containers/json?all=1');
});

test('errors become the status of their kind', async () => {
  await using server = await testServer({
    containers: {
      ContainerInspect: r => {
        throw notFound(`No such container: ${r.path.id}`);
      },
      ContainerStart: async () => {
        throw notModified('already started');
      },
      ContainerKill: () => {
        throw conflict('not running');
      },
      ContainerPause: () => {
        throw new Error('broken');
      },
    },
  });
  const inspect = await ask(server.path, 'GET', '/containers/x%20y/json');
  expect([inspect.status, inspect.text]).toEqual([404, '{"message":"No such container: x y"}\n']);
  expect((await ask(server.path, 'POST', '/containers/x/start')).status).toBe(304);
  expect((await ask(server.path, 'POST', '/containers/x/kill')).status).toBe(409);
  const pause = await ask(server.path, 'POST', '/containers/x/pause');
  expect([pause.status, pause.text]).toEqual([500, '{"message":"broken"}\n']);
});

test('JSON bodies are read as Docker reads them', async () => {
  await using server = await testServer({
    containers: { ContainerCreate: r => ({ Id: `${r.query.name}/${r.body.Image}`, Warnings: [] }) },
    volumes: {
      VolumeCreate: r => {
        throw conflict(String(r.body));
      },
    },
  });
  const create = (body: string | undefined, headers: object = json) =>
    ask(server.path, 'POST', '/containers/create?name=n', { ...(body !== undefined && { body }), headers });
  const made = await create('{"Image":"x"}');
  expect([made.status, made.text]).toEqual([201, '{"Id":"n/x","Warnings":[]}\n']);
  for (const [body, headers, message] of [
    ['{bad', json, "invalid JSON: invalid character 'b' looking for beginning of object key string"],
    ['{"Image":', json, 'invalid JSON: unexpected EOF'],
    ['{} {}', json, 'unexpected content after JSON'],
    ['', json, 'invalid JSON: got EOF while reading request body'],
    [undefined, {}, 'invalid JSON: got EOF while reading request body'],
    ['{}', {}, 'malformed Content-Type header (): mime: no media type'],
    [
      '{}',
      { 'Content-Type': 'text/plain' },
      "unsupported Content-Type header (text/plain): must be 'application/json'",
    ],
  ] as [string | undefined, object, string][]) {
    const answer = await create(body, headers);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([400, { message }]);
  }
  expect((await create('{"Image":"x"}', { 'Content-Type': 'application/json; charset=utf-8' })).status).toBe(201);
  expect((await ask(server.path, 'POST', '/volumes/create')).text).toBe('{"message":"undefined"}\n');
});

test('queries are decoded by their codecs', async () => {
  let seen: unknown;
  await using server = await testServer({
    containers: {
      ContainerList: r => {
        seen = r.query;
        return [];
      },
    },
  });
  await ask(
    server.path,
    'GET',
    '/containers/json?all=1&limit=3&size=false&unknown=x&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D',
  );
  expect(seen).toEqual({ all: true, limit: 3, size: false, filters: { label: ['a=b'] } });
  await ask(server.path, 'GET', '/containers/json?limit=&filters=%7B%22status%22%3A%7B%22running%22%3Atrue%7D%7D');
  expect(seen).toEqual({ filters: { status: ['running'] } });
  const bad = await ask(server.path, 'GET', '/containers/json?filters=abc');
  expect([bad.status, bad.text]).toEqual([400, '{"message":"invalid filter"}\n']);
  expect((await ask(server.path, 'GET', '/containers/json?limit=abc')).text).toContain('invalid syntax');
});

test('image names may hold slashes, and be called like operations', async () => {
  await using server = await testServer({
    images: {
      ImageInspect: r => {
        throw notFound(r.path.name);
      },
      ImageList: () => [],
      ImageDelete: r => [{ Deleted: r.path.name }],
    },
  });
  const inspected = async (name: string) =>
    JSON.parse((await ask(server.path, 'GET', `/images/${name}/json`)).text).message;
  expect(await inspected('a/b/c:1')).toBe('a/b/c:1');
  expect(await inspected('reg.io:5000/a%2Fb@sha256:12')).toBe('reg.io:5000/a/b@sha256:12');
  expect(await inspected('json')).toBe('json');
  expect((await ask(server.path, 'GET', '/images/json')).text).toBe('[]\n');
  expect((await ask(server.path, 'DELETE', '/images/a/json')).text).toBe('[{"Deleted":"a/json"}]\n');
});

test('an operation may fail before its first line, and after', async () => {
  await using server = await testServer({
    images: {
      ImageLoad: r => ({
        stream: (async function* () {
          let size = 0;
          for await (const chunk of r.body) size += chunk.length;
          if (size === 0) throw notFound('nothing to load');
          yield { status: String(size) };
          throw new Error('then it broke');
        })(),
      }),
    },
  });
  const nothing = await ask(server.path, 'POST', '/images/load');
  expect([nothing.status, nothing.text]).toEqual([404, '{"message":"nothing to load"}\n']);
  const some = await ask(server.path, 'POST', '/images/load', { body: 'tar' });
  expect([some.status, some.text]).toEqual([
    200,
    '{"status":"3"}\r\n{"errorDetail":{"message":"then it broke"},"error":"then it broke"}\r\n',
  ]);
});

test('waiting is announced before it is over', async () => {
  const exit = Promise.withResolvers<{ StatusCode: number }>();
  await using server = await testServer({ containers: { ContainerWait: () => ({ later: exit.promise }) } });
  const request = { method: 'POST', target: '/containers/x/wait', headers: { Host: 'd' } };
  const response = await sendRequest(await dial({ path: server.path }), request);
  expect(response.status).toBe(200);
  exit.resolve({ StatusCode: 3 });
  expect((await response.body.buffer(100)).toString()).toBe('{"StatusCode":3}\n');
  await using refusing = await testServer({
    containers: { ContainerWait: r => ({ later: Promise.reject(notFound(`No such container: ${r.path.id}`)) }) },
  });
  expect((await ask(refusing.path, 'POST', '/containers/x/wait')).status).toBe(404);
});

test('output is framed or bare, and said to be so', async () => {
  const frames = async function* () {
    yield { stream: 'stdout' as const, data: Buffer.from('out') };
    yield { stream: 'stderr' as const, data: Buffer.from('err') };
  };
  await using server = await testServer({
    containers: { ContainerLogs: r => ({ stream: frames(), multiplexed: r.path.id !== 'tty' }) },
  });
  const logs = (target: string) => ask(server.path, 'GET', target);
  const framed = await logs('/containers/x/logs');
  expect(framed.headers['content-type']).toBe('application/vnd.docker.multiplexed-stream');
  expect(framed.text).toBe('\x01\0\0\0\0\0\0\x03out\x02\0\0\0\0\0\0\x03err');
  expect((await logs('/v1.41/containers/x/logs')).headers['content-type']).toBe('application/vnd.docker.raw-stream');
  const bare = await logs('/containers/tty/logs');
  expect(bare.headers['content-type']).toBe('application/vnd.docker.raw-stream');
  expect(bare.text).toBe('outerr');
});

test('a stream ends when its client goes away', async () => {
  const ended = Promise.withResolvers<void>();
  await using server = await testServer({
    system: {
      SystemEvents: () => ({
        stream: {
          [Symbol.asyncIterator]: () => ({
            next: () => new Promise(() => {}),
            return: async () => {
              ended.resolve();
              return { value: undefined, done: true };
            },
          }),
        },
      }),
    },
  });
  const response = await sendRequest(await dial({ path: server.path }), {
    method: 'GET',
    target: '/events',
    headers: { Host: 'd' },
  });
  expect(response.status).toBe(200);
  response.close();
  await ended.promise;
});

test('a connection is taken over with and without an upgrade', async () => {
  await using server = await testServer({
    containers: {
      ContainerAttach: async r => {
        const socket = r.hijack({ multiplexed: true });
        let input = '';
        for await (const chunk of readInput(socket)) input += chunk;
        socket.end(`<${input}>`);
      },
    },
    exec: { ExecStart: notImplemented },
  });
  const attach = async (headers: Record<string, string>, version = '1.51') => {
    const connection = await dial({ path: server.path });
    const request = { method: 'POST', target: `/v${version}/containers/x/attach`, headers: { Host: 'd', ...headers } };
    const response = await sendRequest(connection, request, { upgrade: true });
    const socket = response.takeOver() as Socket;
    socket.end('hello');
    let output = '';
    for await (const chunk of socket) output += chunk;
    expect(output).toBe('<hello>');
    return response;
  };
  const upgrade = { Connection: 'Upgrade', Upgrade: 'tcp' };
  const upgraded = await attach(upgrade);
  expect(upgraded.status).toBe(101);
  expect(upgraded.headers).toMatchObject({
    upgrade: 'tcp',
    connection: 'Upgrade',
    'content-type': 'application/vnd.docker.multiplexed-stream',
  });
  expect((await attach(upgrade, '1.40')).headers['content-type']).toBe('application/vnd.docker.raw-stream');
  const plain = await attach({});
  expect([plain.status, plain.headers['content-type']]).toEqual([200, 'application/vnd.docker.raw-stream']);
});

test('a handler that fails after taking the connection over ends it', async () => {
  await using server = await testServer({
    containers: {
      ContainerAttach: r => {
        r.hijack({ multiplexed: false }).write('some output');
        throw new Error('broken');
      },
    },
  });
  const request = { method: 'POST', target: '/containers/x/attach', headers: { Host: 'd', Upgrade: 'tcp' } };
  const response = await sendRequest(await dial({ path: server.path }), request, { upgrade: true });
  let output = '';
  for await (const chunk of response.takeOver()) output += chunk;
  expect(output).toBe('some output');
  while (server.server.connectionCount > 0) await Bun.sleep(1);
});

test('a socket file left by a process that is gone is replaced, one in use is not', async () => {
  await using first = await testServer({ system: { SystemPing: () => 'first' } });
  const other = createApiServer({ handlers: handlersWith({}), logger: silentLogger, version: '1' });
  await expect(other.listen({ kind: 'unix', path: first.path })).rejects.toThrow('another process listens on');
  const file = `${first.path}.file`;
  writeFileSync(file, 'of somebody');
  await expect(other.listen({ kind: 'unix', path: file })).rejects.toThrow('no socket');
  expect(readFileSync(file, 'utf8')).toBe('of somebody');
  const stale = `${first.path}.stale`;
  const holder = createServer().listen(stale);
  await new Promise(resolve => holder.once('listening', resolve));
  linkSync(stale, `${stale}.kept`);
  await new Promise(resolve => holder.close(resolve));
  renameSync(`${stale}.kept`, stale);
  await other.listen({ kind: 'unix', path: stale, mode: 0o600, group: { name: '12', ifPresent: false } });
  const { mode, gid } = statSync(stale);
  expect([mode & 0o777, gid]).toEqual([0o600, 12]);
  await other.close();
  expect(existsSync(stale)).toBe(false);
});

test('it listens on TCP, on a port of its choice', async () => {
  const server = createApiServer({
    handlers: handlersWith({ system: { SystemPing: () => 'OK' } }),
    logger: silentLogger,
    version: '1',
  });
  const bound = await server.listen(parseListenAddress('tcp://127.0.0.1:0'));
  if (bound.kind !== 'tcp') throw new Error('not tcp');
  const response = await sendRequest(await dial({ host: bound.host, port: bound.port }), {
    method: 'GET',
    target: '/_ping',
    headers: { Host: 'd' },
  });
  expect((await response.body.buffer(10)).toString()).toBe('OK');
  await server.close();
});

test('addresses', () => {
  expect(parseListenAddress('unix:///x/y')).toEqual({ kind: 'unix', path: '/x/y' });
  expect(parseListenAddress('tcp://:2376')).toEqual({ kind: 'tcp', host: '0.0.0.0', port: 2376 });
  expect(parseListenAddress('tcp://[::1]')).toEqual({ kind: 'tcp', host: '::1', port: 2375 });
  expect(parseListenAddress('0.0.0.0:2376')).toEqual({ kind: 'tcp', host: '0.0.0.0', port: 2376 });
  expect(parseListenAddress('[::1]:1')).toEqual({ kind: 'tcp', host: '::1', port: 1 });
  for (const bad of ['', '/x.sock', 'tcp://a:99999', 'http://a'])
    expect(() => parseListenAddress(bad)).toThrow('invalid bind address');
});
