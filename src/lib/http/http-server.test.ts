// The HTTP/1.1 server against raw bytes.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Exchange } from './exchange.ts';
import { HttpServer } from './http-server.ts';
import { readInput } from './read-input.ts';

let directory: string;
let path: string;
let server: HttpServer;
let handler: (exchange: Exchange) => Promise<void> | void;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'berth-http-'));
  path = join(directory, 's');
  handler = echo;
  server = new HttpServer(exchange => handler(exchange));
  await server.listen({ path });
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

async function echo(exchange: Exchange): Promise<void> {
  const body = await exchange.body.buffer(1 << 20);
  exchange.send(200, { 'Content-Type': 'text/plain' }, `${exchange.method} ${exchange.target} ${body.toString()}`);
}

function open(): Socket {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on('error', () => {});
  return socket;
}

/** Everything the server sends until it closes. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  await new Promise<void>(resolve => {
    socket.on('data', data => (text += data.toString('latin1')));
    socket.on('end', resolve);
    socket.on('close', () => resolve());
  });
  socket.destroy();
  return text;
}

/** Waits until what came so far satisfies `enough`. */
function readUntil(socket: Socket, enough: (text: string) => boolean): Promise<string> {
  let text = '';
  return new Promise(resolve => {
    const onData = (data: Buffer) => {
      text += data.toString('latin1');
      if (!enough(text)) return;
      socket.off('data', onData);
      resolve(text);
    };
    socket.on('data', onData);
  });
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('condition not met in time');
    await Bun.sleep(2);
  }
}

function send(bytes: string): Promise<string> {
  const socket = open();
  socket.write(Buffer.from(bytes, 'latin1'));
  return readAll(socket);
}

const bodies = (text: string) => text.split(/(?=HTTP\/1\.1 \d)/).map(part => part.slice(part.indexOf('\r\n\r\n') + 4));

test('a request is answered and the connection kept', async () => {
  const socket = open();
  socket.write('GET /a HTTP/1.1\r\nHost: d\r\n\r\n');
  const first = await readUntil(socket, text => text.endsWith('GET /a '));
  expect(first).toStartWith('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ');
  expect(first).toContain('\r\nContent-Length: 7\r\n');
  socket.write('GET /b HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
  const second = await readAll(socket);
  expect(second).toContain('Connection: close\r\n');
  expect(bodies(second)).toEqual(['GET /b ']);
});

test.each([
  ['http://h/a/b?c=d', '/a/b?c=d'],
  ['HTTPS://user@h:1', '/'],
  ['http://h?q', '/?q'],
  ['/http://h/a', '/http://h/a'],
])('of the target %s the path counts', async (target, path) => {
  const socket = open();
  socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(await readAll(socket)).toContain(`GET ${path} `);
});

test('a chunked body is the same however it is split', async () => {
  const request =
    'POST /x HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n' +
    '3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n';
  for (let at = 1; at < request.length; at++) {
    const socket = open();
    const reply = readAll(socket);
    socket.write(request.slice(0, at));
    await new Promise(resolve => setImmediate(resolve));
    socket.write(request.slice(at));
    expect(bodies(await reply)).toEqual(['POST /x abc0123456789']);
  }
});

test('a request that arrives byte by byte is read', async () => {
  const socket = open();
  const reply = readAll(socket);
  const request = 'POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi';
  for (const byte of request) {
    socket.write(byte);
    await new Promise(resolve => setImmediate(resolve));
  }
  expect(bodies(await reply)).toEqual(['POST /x hi']);
});

test('pipelined requests are answered in order, one at a time', async () => {
  let running = 0;
  handler = async exchange => {
    running++;
    expect(running).toBe(1);
    await Bun.sleep(1);
    const body = await exchange.body.buffer(100);
    running--;
    exchange.send(200, {}, `${exchange.target}=${body};`);
  };
  let request = '';
  for (let n = 0; n < 20; n++) request += `POST /${n} HTTP/1.1\r\nHost: d\r\nContent-Length: 1\r\n\r\n${n % 10}`;
  request += 'GET /end HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n';
  const text = bodies(await send(request)).join('');
  expect(text).toBe(`${Array.from({ length: 20 }, (_, n) => `/${n}=${n % 10};`).join('')}/end=;`);
});

test('the body of a reply is chunked, and HEAD has none', async () => {
  handler = async exchange => {
    const writer = exchange.start(200, {});
    await writer.write('héllo');
    await writer.write(Buffer.from('world'));
    writer.end();
  };
  const reply = await send('GET / HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
  expect(reply).toContain('Transfer-Encoding: chunked\r\n');
  expect(reply).toEndWith('\r\n\r\n6\r\nh\xc3\xa9llo\r\n5\r\nworld\r\n0\r\n\r\n');
  const head = await send('HEAD / HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
  expect(head).toEndWith('Transfer-Encoding: chunked\r\n\r\n');
});

test('an HTTP/1.0 client gets a body that ends with the connection', async () => {
  handler = async exchange => {
    const writer = exchange.start(200, {});
    await writer.write('plain');
    writer.end();
  };
  const reply = await send('GET / HTTP/1.0\r\n\r\n');
  expect(reply).toContain('Connection: close\r\n');
  expect(reply).toEndWith('\r\n\r\nplain');
});

test('100 Continue is sent when the body is wanted, and only then', async () => {
  const head = 'POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n';
  const socket = open();
  socket.write(head);
  expect(await readUntil(socket, text => text.endsWith('\r\n\r\n'))).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  socket.write('hi');
  expect(bodies(await readUntil(socket, text => text.endsWith('hi')))).toEqual(['POST / hi']);
  socket.destroy();

  handler = exchange => exchange.send(404, {}, 'no');
  const refused = await send(head);
  expect(refused).toStartWith('HTTP/1.1 404 Not Found\r\n');
  expect(refused).toContain('Connection: close\r\n');
});

const refused: [what: string, request: string, status: number][] = [
  ['no version', 'GET /\r\n\r\n', 400],
  ['two spaces', 'GET  / HTTP/1.1\r\nHost: d\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['HTTP/2', 'GET / HTTP/2.0\r\nHost: d\r\n\r\n', 505],
  ['bare line feeds', 'GET / HTTP/1.1\nHost: d\n\n', 400],
  ['a space in a name', 'GET / HTTP/1.1\r\nHost: d\r\nBad Name: x\r\n\r\n', 400],
  ['a folded field', 'GET / HTTP/1.1\r\nHost: d\r\n folded: x\r\n\r\n', 400],
  ['a zero byte', 'GET / HTTP/1.1\r\nHost: d\r\nX: a\x00b\r\n\r\n', 400],
  ['two hosts', 'GET / HTTP/1.1\r\nHost: d\r\nHost: e\r\n\r\n', 400],
  ['negative length', 'POST / HTTP/1.1\r\nHost: d\r\nContent-Length: -1\r\n\r\n', 400],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 1, 2\r\n\r\n', 400],
  ['length and chunked', 'POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
  ['unknown coding', 'POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: gzip\r\n\r\n', 501],
  ['bad chunk size', 'POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 400],
  [
    'chunk longer than its size',
    'POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n',
    400,
  ],
  ['unknown expectation', 'POST / HTTP/1.1\r\nHost: d\r\nExpect: 200-ok\r\n\r\n', 417],
  ['a long target', `GET /${'x'.repeat(70_000)} HTTP/1.1\r\nHost: d\r\n\r\n`, 431],
  ['many fields', `GET / HTTP/1.1\r\nHost: d\r\n${'A: b\r\n'.repeat(300)}\r\n`, 431],
];

test.each(refused)('%s is refused', async (_what, request, status) => {
  expect(await send(request)).toStartWith(`HTTP/1.1 ${status} `);
});

test('a body longer than the limit is refused with 413', async () => {
  handler = async exchange => {
    await exchange.body.buffer(10);
  };
  const reply = await send(`POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 20\r\n\r\n${'x'.repeat(20)}`);
  expect(reply).toStartWith('HTTP/1.1 413 ');
});

test('a small body nobody reads does not disturb the next request', async () => {
  handler = exchange => exchange.send(200, {}, exchange.target);
  const reply = await send(
    'POST /1 HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n',
  );
  expect(bodies(reply)).toEqual(['/1', '/2']);
});

test.each([
  ['Content-Length: 262144', false],
  ['Content-Length: 262145', true],
  ['Transfer-Encoding: chunked', true],
])('an answer before a body of %s says whether the connection stays', async (field, closes) => {
  handler = exchange => exchange.send(200, {}, 'early');
  const socket = open();
  socket.write(`POST / HTTP/1.1\r\nHost: d\r\n${field}\r\n\r\n`);
  expect((await readUntil(socket, text => text.endsWith('early'))).includes('\r\nConnection: close\r\n')).toBe(closes);
  socket.destroy();
});

test('a client that goes on sending while its connection is closed reads the answer after it', async () => {
  handler = exchange => exchange.send(413, {}, 'early');
  const socket = open();
  socket.pause();
  socket.write('POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 100000000\r\n\r\n');
  for (let n = 0; n < 30; n++) {
    socket.write(Buffer.alloc(100_000));
    await Bun.sleep(2);
  }
  const reply = readAll(socket);
  socket.resume();
  expect(bodies(await reply)).toEqual(['early']);
});

test('a client that is slow gets all of the last answer before its connection is closed', async () => {
  const size = 8 << 20;
  handler = exchange => exchange.send(200, { Connection: 'close' }, Buffer.alloc(size));
  const socket = open();
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: d\r\n\r\n');
  await Bun.sleep(100);
  const reply = readAll(socket);
  socket.resume();
  expect((await reply).length).toBeGreaterThan(size);
});

test('a reader that is slow holds its client back', async () => {
  const started = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  let received = 0;
  handler = async exchange => {
    started.resolve();
    await go.promise;
    for await (const chunk of exchange.body) received += chunk.length;
    exchange.send(200, {}, 'done');
  };
  const socket = open();
  const size = 32 << 20;
  socket.write(`POST / HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`);
  await started.promise;
  socket.write(Buffer.alloc(size));
  await Bun.sleep(50);
  expect(socket.writableLength).toBeGreaterThan(size / 2);
  const reply = readAll(socket);
  go.resolve();
  expect(bodies(await reply)).toEqual(['done']);
  expect(received).toBe(size);
});

test('a client that is slow holds the writer back', async () => {
  let written = 0;
  const started = Promise.withResolvers<void>();
  handler = async exchange => {
    const writer = exchange.start(200, {});
    started.resolve();
    const chunk = Buffer.alloc(1 << 20);
    for (let n = 0; n < 32; n++) {
      await writer.write(chunk);
      written++;
    }
    writer.end();
  };
  const socket = open();
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
  await started.promise;
  await Bun.sleep(50);
  expect(written).toBeLessThan(8);
  const reply = readAll(socket);
  socket.resume();
  expect((await reply).length).toBeGreaterThan(32 << 20);
});

test('a client that goes away aborts the request', async () => {
  const aborted = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  handler = async exchange => {
    exchange.signal.addEventListener('abort', () => aborted.resolve());
    started.resolve();
    await aborted.promise;
    exchange.send(200, {}, '');
  };
  const socket = open();
  socket.write('GET / HTTP/1.1\r\nHost: d\r\n\r\n');
  await started.promise;
  socket.destroy();
  await aborted.promise;
  await until(() => server.connectionCount === 0);
});

test('a body that breaks off fails for its reader', async () => {
  const failed = Promise.withResolvers<unknown>();
  handler = async exchange => {
    await exchange.body.buffer(100).catch(failed.resolve);
    exchange.send(200, {}, '');
  };
  const socket = open();
  socket.end('POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 10\r\n\r\nabc');
  expect(String(await failed.promise)).toContain('unexpected end of the request');
});

test('a connection taken over half-closes in both directions', async () => {
  handler = async exchange => {
    const socket = exchange.hijack(101, { Upgrade: 'tcp', Connection: 'Upgrade' });
    let input = '';
    for await (const chunk of readInput(socket)) input += chunk;
    socket.end(`got ${input}`);
  };
  const socket = open();
  // The first bytes of the new protocol come with the request.
  socket.write('POST / HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly ');
  const head = await readUntil(socket, text => text.includes('\r\n\r\n'));
  expect(head).toBe('HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n');
  const reply = readAll(socket);
  socket.write('late');
  socket.end();
  expect(await reply).toBe('got early late');
  await until(() => server.connectionCount === 0);
});

test('a handler that fails is a 500; one that fails midway breaks the connection', async () => {
  handler = () => {
    throw new Error('broken');
  };
  expect(await send('GET / HTTP/1.1\r\nHost: d\r\n\r\n')).toContain('broken');
  handler = async exchange => {
    await exchange.start(200, {}).write('part');
    throw new Error('broken');
  };
  expect(await send('GET / HTTP/1.1\r\nHost: d\r\n\r\n')).not.toContain('0\r\n\r\n');
});

test('a server that closes waits for work, not for those who look on', async () => {
  const arrived: string[] = [];
  const work = Promise.withResolvers<void>();
  handler = async exchange => {
    arrived.push(exchange.target);
    exchange.expendable = exchange.target !== '/work';
    if (exchange.target === '/take') return void exchange.hijack(200, {});
    if (exchange.target === '/watch') return new Promise(() => exchange.start(200, {}));
    await work.promise;
    exchange.send(200, {}, 'done');
  };
  const ask = (target: string) => {
    const socket = open();
    socket.write(`GET ${target} HTTP/1.1\r\nHost: d\r\n\r\n`);
    return readAll(socket);
  };
  const working = ask('/work');
  const watching = [ask('/watch'), ask('/take')];
  while (arrived.length < 3) await Bun.sleep(1);
  const closed = server.close({ grace: 60_000 });
  await Promise.all(watching);
  work.resolve();
  expect(await working).toEndWith('done');
  await closed;
});

test('a thousand connections, killed or taken over, leave no descriptor behind', async () => {
  const descriptors = () => readdirSync('/proc/self/fd').length;
  handler = async exchange => {
    if (exchange.method === 'POST') {
      const socket = exchange.hijack(101, {});
      socket.on('close', () => {});
      socket.resume();
      socket.on('end', () => socket.end());
    } else exchange.send(200, {}, 'ok');
  };
  await send('GET / HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
  await until(() => server.connectionCount === 0);
  const before = descriptors();
  for (let round = 0; round < 10; round++) {
    const sockets = Array.from({ length: 100 }, open);
    await Promise.all(
      sockets.map(async (socket, n) => {
        socket.write(`${n % 2 ? 'GET' : 'POST'} / HTTP/1.1\r\nHost: d\r\n\r\n`);
        await readUntil(socket, text => text.includes('\r\n\r\n'));
        if (n % 3 === 0) socket.end();
        else socket.destroy();
      }),
    );
    await until(() => server.connectionCount === 0);
    for (const socket of sockets) socket.destroy();
  }
  await until(() => descriptors() <= before);
});
