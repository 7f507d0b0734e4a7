// Output that loses nothing, whatever takes it: a file, and a pipe that is full most of the time.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FdOutput } from './fd-output.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Pieces of all sizes, and what they are together. */
const pieces = Array.from({ length: 3000 }, (_, index) => `${index} ${'x'.repeat((index * 37) % 1500)}\n`);

async function writeAll(output: FdOutput): Promise<void> {
  for (const piece of pieces) if (!output.write(piece)) await output.drained();
  await output.flush();
}

test('a file has everything in order', async () => {
  const fd = openSync(join(folder, 'file'), 'w');
  await writeAll(new FdOutput(fd, () => undefined));
  closeSync(fd);
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe(pieces.join(''));
});

test('so has the reader of a pipe that takes a little at a time', async () => {
  const fifo = join(folder, 'fifo');
  spawnSync('mkfifo', [fifo]);
  // Never waited for: writes are cut, or refused with EAGAIN.
  const reader = spawn('sh', ['-c', `exec dd bs=1000 status=none <"${fifo}" >"${folder}/copy"`]);
  const exited = once(reader, 'exit');
  const blocking = openSync(fifo, constants.O_WRONLY);
  const nonblocking = openSync(`/proc/self/fd/${blocking}`, constants.O_WRONLY | constants.O_NONBLOCK);
  await writeAll(new FdOutput(nonblocking, () => undefined));
  closeSync(blocking);
  closeSync(nonblocking);
  await exited;
  expect(readFileSync(join(folder, 'copy'), 'utf8')).toBe(pieces.join(''));
});

test('a reader that goes away breaks it, and nobody waits', async () => {
  const fifo = join(folder, 'fifo');
  spawnSync('mkfifo', [fifo]);
  const reader = spawn('sh', ['-c', `exec dd bs=1000 count=1 status=none <"${fifo}" >/dev/null`]);
  const exited = once(reader, 'exit');
  const fd = openSync(fifo, constants.O_WRONLY);
  const output = new FdOutput(fd, () => undefined);
  await writeAll(output);
  await exited;
  closeSync(fd);
  expect(output.broken).toBe(true);
});
