// A file of somebody else's becomes one of ours, whole and digested, or not at all.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../../oci/digest.ts';
import { keepFile } from './keep-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-keep-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);

/** Keeps the file `from` as `to`. */
async function keep(
  to: string,
  { flags = 'r', signal, skip = 0 }: { flags?: string; signal?: AbortSignal; skip?: number } = {},
) {
  const from = openSync(at('from'), flags);
  try {
    if (skip > 0) readSync(from, Buffer.alloc(skip), 0, skip, null);
    return await keepFile({ from, to: at(to) }, signal);
  } finally {
    closeSync(from);
  }
}

test('files of all lengths are kept from their beginning, wherever their owner reads', async () => {
  for (const length of [0, 1, 32 * 1024, 256 * 1024, 700_001]) {
    const content = randomBytes(length);
    writeFileSync(at('from'), content);
    const to = `to ${length}`;
    expect(await keep(to, { skip: Math.min(length, 5) })).toEqual({ digest: sha256(content), size: length });
    expect(readFileSync(at(to)).equals(content)).toBe(true);
    expect(statSync(at(to)).mode & 0o777).toBe(0o600);
  }
});

test('nothing is left of what cannot be read or is given up, and nothing is replaced', async () => {
  writeFileSync(at('from'), Buffer.alloc(64 * 1024 * 1024));
  expect((await keep('to', { flags: 'a' }).catch(error => error)).code).toBe('EBADF');
  const given = await keep('to', { signal: AbortSignal.abort(new Error('given up')) }).catch(error => error);
  expect(given.message).toBe('given up');
  expect(existsSync(at('to'))).toBe(false);
  writeFileSync(at('there'), 'before');
  expect((await keep('there').catch(error => error)).code).toBe('EEXIST');
  expect(readFileSync(at('there'), 'utf8')).toBe('before');
});
