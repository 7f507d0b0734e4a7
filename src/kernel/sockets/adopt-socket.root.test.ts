// Inherited sockets, made by a parent of the process that adopts them.
import { expect, test } from 'bun:test';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptSocket, keepOnExec } from './adopt-socket.ts';

/** The descriptor of a listening socket of this process, found by what is open after and was not before. */
async function listening(options: object, use: (descriptor: number) => void): Promise<void> {
  const { readdirSync, readlinkSync } = await import('node:fs');
  const sockets = () =>
    readdirSync('/proc/self/fd').filter(name => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`).startsWith('socket:');
      } catch {
        return false;
      }
    });
  const before = new Set(sockets());
  const server = createServer();
  await new Promise<void>(resolve => server.listen(options, resolve));
  try {
    use(Number(sockets().find(name => !before.has(name))));
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
