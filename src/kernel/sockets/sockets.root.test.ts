// Packet sockets against a server in Python, ports against the real kernel.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openLibc } from '../libc/libc.ts';
import { NetworkScope } from '../network/network-scope.ts';
import { LinuxSockets } from './linux-sockets.ts';

const libc = openLibc();
const scope = new NetworkScope(libc);
const sockets = new LinuxSockets(libc, scope);
const servers: ChildProcess[] = [];
let root: string;

/** A server for one client at a time; `mode` is its first argument. */
const server = `
import os, socket, sys, time
mode, path = sys.argv[1], sys.argv[2]
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
os.chdir(os.path.dirname(path)); listener.bind(os.path.basename(path)); listener.listen(4)
while True:
    client, _ = listener.accept()
    if mode == 'echo':
        while True:
            packet = client.recv(1 << 20)
            if not packet: break
            client.send(b'%d:' % len(packet) + packet)
    if mode == 'count':
        for number in range(3000): client.send(b'%d ' % number + b'x' * (number % 8000))
    if mode == 'slow':
        time.sleep(0.2); total = 0; largest = 0
        while True:
            packet = client.recv(1 << 20)
            if not packet: break
            total += len(packet); largest = max(largest, len(packet))
        client.send(b'%d %d' % (total, largest))
    if mode == 'hang-up': client.recv(1)
    client.close()
`;

const serve = async (mode: string, path: string) => {
  servers.push(spawn('python3', ['-c', server, mode, path], { stdio: ['ignore', 'ignore', 'inherit'] }));
  const deadline = Date.now() + 30_000;
  while (!existsSync(path) && Date.now() < deadline) await setTimeout(10);
};

/** ECONNREFUSED between bind and listen of the server. */
const connect = async (path: string) => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await sockets.connectSeqpacket(path);
    } catch (error) {
      if (attempt === 100 || !existsSync(path)) throw error;
      await setTimeout(10);
    }
  }
};

const packets = async (stream: AsyncIterable<Buffer>) => {
  const all: Buffer[] = [];
  for await (const packet of stream) all.push(packet);
  return all;
};

/** How many sockets of this process are of the kind under test; other descriptors come and go with other tests. */
const packetSockets = () => {
  const table = readFileSync('/proc/self/net/unix', 'utf8').split('\n');
  const packet = new Set(table.map(line => line.split(/\s+/)).flatMap(row => (row[4] === '0005' ? [row[6]] : [])));
  return readdirSync('/proc/self/fd').filter(name => packet.has(/^socket:\[(\d+)\]$/.exec(linkOf(name))?.[1])).length;
};

const linkOf = (descriptor: string) => {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return ''; // closed meanwhile
  }
};

beforeAll(() => {
  root = mkdtempSync('/tmp/berth-sockets-');
});

afterAll(() => {
  for (const child of servers) child.kill('SIGKILL');
  scope[Symbol.dispose]();
  rmSync(root, { recursive: true, force: true });
});

test('packets arrive one by one, also over a path that is too long, and a half-close is seen', async () => {
  const folder = join(root, 'x'.repeat(120));
  mkdirSync(folder);
  await serve('echo', join(folder, 'echo'));
  const stream = await connect(join(folder, 'echo'));
  for (const text of ['a', 'bc', 'def']) stream.write(text);
  stream.write(Buffer.alloc(20_000, 'z'));
  stream.end();
  const received = (await packets(stream)).map(packet => packet.toString().replace(/z+/, 'z'));
  expect(received).toEqual(['1:a', '2:bc', '3:def', '8192:z', '8192:z', '3616:z']);
  stream.destroy();
});

test('a reader that stops loses nothing', async () => {
  await serve('count', join(root, 'count'));
  const stream = await connect(join(root, 'count'));
  let next = 0;
  for await (const packet of stream as AsyncIterable<Buffer>) {
    const number = Number.parseInt(packet.toString('latin1', 0, 8), 10);
    expect(number).toBe(next++);
    expect(packet.length).toBe(`${number} `.length + (number % 8000));
    if (number % 500 === 0) await setTimeout(5);
  }
  expect(next).toBe(3000);
  stream.destroy();
});

test('a peer that does not read holds the writer back, and gets everything in small packets', async () => {
  await serve('slow', join(root, 'slow'));
  const stream = await connect(join(root, 'slow'));
  const size = 4 << 20;
  for (let sent = 0; sent < size; sent += 65_536) {
    if (!stream.write(Buffer.alloc(65_536))) await new Promise(resolve => stream.once('drain', resolve));
  }
  stream.end();
  expect((await packets(stream)).map(String)).toEqual([`${size} 8192`]);
  stream.destroy();
});

test('writing to a peer that hung up is EPIPE', async () => {
  await serve('hang-up', join(root, 'hang-up'));
  const stream = await connect(join(root, 'hang-up'));
  const failed = new Promise<NodeJS.ErrnoException>(resolve => stream.once('error', resolve));
  // One packet makes it hang up; with a second one unread the kernel would call it a reset.
  const hungUp = new Promise(resolve => stream.once('end', resolve));
  stream.resume();
  stream.write('x');
  await hungUp;
  stream.write('y');
  expect((await failed).code).toBe('EPIPE');
  expect(stream.destroyed).toBe(true);
});

test('connections leave no descriptor behind', async () => {
  const path = join(root, 'many');
  await serve('echo', path);
  const before = packetSockets();
  for (let round = 0; round < 50; round++) {
    const stream = await connect(path);
    stream.write('x');
    for await (const packet of stream as AsyncIterable<Buffer>) {
      expect(packet.toString()).toBe('1:x');
      break;
    }
    stream.destroy();
  }
  await expect(sockets.connectSeqpacket(join(root, 'nobody'))).rejects.toMatchObject({ code: 'ENOENT' });
  const deadline = Date.now() + 10_000;
  while (packetSockets() > before && Date.now() < deadline) await setTimeout(5);
  expect(packetSockets()).toBeLessThanOrEqual(before);
});

test('a reserved port belongs to nobody else until it is let go', () => {
  for (const protocol of ['tcp', 'udp'] as const) {
    for (const address of ['0.0.0.0', '127.0.0.1', '::1']) {
      const held = sockets.reserve({ protocol, address, port: 0 });
      const again = () => sockets.reserve({ protocol, address, port: held.port });
      expect(again).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
      held[Symbol.dispose]();
      held[Symbol.dispose]();
      again()[Symbol.dispose]();
    }
  }
  const foreign = () => sockets.reserve({ protocol: 'tcp', address: '192.0.2.1', port: 0 });
  expect(foreign).toThrow(expect.objectContaining({ code: 'EADDRNOTAVAIL' }));
});

test('a port that another program listens on is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  expect(() => sockets.reserve({ protocol: 'tcp', address: '0.0.0.0', port })).toThrow('address already in use');
  other.close();
});
