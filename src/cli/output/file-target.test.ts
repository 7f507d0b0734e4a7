import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../io.ts';
import { fakeIo } from '../testing/fake-io.ts';
import { openFileTarget } from './file-target.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'berth-target-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a file is there when it is whole, and only that', async () => {
  const target = await openFileTarget(fakeIo({ directory }), 'a.tar', 'failed');
  await target.write(chunks(async () => {}));
  expect(readFileSync(join(directory, 'a.tar'), 'utf8')).toBe('onetwo');
  const broken = await openFileTarget(fakeIo({ directory }), 'b.tar', 'failed');
  await expect(broken.write(chunks(() => Promise.reject(new Error('connection lost'))))).rejects.toThrow(
    'connection lost',
  );
  expect(readdirSync(directory)).toEqual(['a.tar']);
});

test('what ends with a slash is a directory, which must be there', async () => {
  const open = (typed: string) => openFileTarget(fakeIo({ directory }), typed, 'failed');
  await expect(open('none/')).rejects.toThrow('failed: invalid output path: stat none: no such file or directory');
  await expect(open('none/x')).rejects.toThrow('failed: invalid output path: stat none: no such file or directory');
  await expect(open(`${directory}/`)).rejects.toThrow('failed: cannot write to a directory');
  await expect(open('/')).rejects.toThrow('failed: cannot write to a directory');
});

test('who gives up in the middle leaves nothing', async () => {
  let interrupt: ((signal: NodeJS.Signals) => void) | undefined;
  const io: Io = {
    ...fakeIo({ directory }),
    onSignals: (_signals, handler) => {
      interrupt = handler;
      return () => {};
    },
  };
  const target = await openFileTarget(io, 'a.tar', 'failed');
  const { promise: never } = Promise.withResolvers<void>();
  const written = target.write(chunks(() => never));
  while (readdirSync(directory).length === 0) await Bun.sleep(1);
  interrupt?.('SIGINT');
  await expect(written).rejects.toMatchObject({ code: 130, message: '' });
  expect(readdirSync(directory)).toEqual([]);
});

/** Two, the second after `pause`. */
async function* chunks(pause: () => Promise<void>): AsyncGenerator<Buffer, void> {
  yield Buffer.from('one');
  await pause();
  yield Buffer.from('two');
}
