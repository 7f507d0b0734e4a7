// Inherited sockets, made by a parent of the process that adopts them.
import { expect, test } from 'bun:test';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptSocket, keepOnExec } from './adopt-socket.ts';

/** Sockets of this process by descriptor, as `socket:[inode]`: a number alone may belong to another by now. */
function openSockets(): Map<string, string> {
  const open = readdirSync('/proc/self/fd').map(name => {
    try {
      return [name, readlinkSync(`/proc/self/fd/${name}`)] as const;
    } catch {
      return [name, ''] as const;
    }
  });
  return new Map(open.filter(([, target]) => target.startsWith('socket:')));
}

/** As the kernel's tables say: state 0A of TCP, or the flag of a unix socket that accepts. */
function isListening(socket: string): boolean {
  const inode = socket.slice('socket:['.length, -1);
  const tcp = ['tcp', 'tcp6'].some(name =>
    readFileSync(`/proc/self/net/${name}`, 'utf8')
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .some(fields => fields[3] === '0A' && fields[9] === inode),
  );
  const unix = readFileSync('/proc/self/net/unix', 'utf8').split('\n');
  return tcp || unix.some(line => line.split(' ')[3] === '00010000' && line.split(/\s+/)[6] === inode);
}

/** The descriptor of a listening socket of this process, found by what is open after and was not before. */
async function listening(options: object, use: (descriptor: number) => void): Promise<void> {
  const before = new Set(openSockets().values());
  const server = createServer();
  await new Promise<void>(resolve => server.listen(options, resolve));
  try {
    const [descriptor] = [...openSockets()].find(([, socket]) => !before.has(socket) && isListening(socket)) ?? [];
    use(Number(descriptor));
  } finally {
    await new Promise(resolve => server.close(resolve));
  }
}

test('what a socket is bound to is told, and it is inherited no further', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'adopt-'));
  try {
    await listening({ path: join(folder, 's') }, descriptor => {
      expect(adoptSocket(descriptor)).toEqual({ descriptor, kind: 'unix' });
      expect(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')).toMatch(/^flags:\t02\d{6}$/m);
      keepOnExec(descriptor);
      expect(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')).toMatch(/^flags:\t0?[01]?\d{1,6}$/m);
    });
    for (const [host, loopback] of [
      ['127.0.0.1', true],
      ['0.0.0.0', false],
      ['::1', true],
      ['::', false],
    ] as const) {
      await listening({ host, port: 0 }, descriptor => {
        expect(adoptSocket(descriptor)).toEqual({ descriptor, kind: 'tcp', loopback });
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is no socket is refused', () => {
  const descriptor = openSync('/dev/null', 'r');
  try {
    expect(() => adoptSocket(descriptor)).toThrow(expect.objectContaining({ code: 'ENOTSOCK' }));
  } finally {
    closeSync(descriptor);
  }
  expect(() => adoptSocket(descriptor + 1000)).toThrow(expect.objectContaining({ code: 'EBADF' }));
});
