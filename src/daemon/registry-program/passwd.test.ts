// The file of users: who may read it stays as it was, whoever changes it.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passwd } from './passwd.ts';

const users = `ann:$2y$04$${'a'.repeat(53)}\nbob:$2y$04$${'b'.repeat(53)}\n`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-passwd-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a changed file has the mode that it had', async () => {
  const file = join(folder, 'users');
  writeFileSync(file, users);
  chmodSync(file, 0o640);
  expect(await passwd({ delete: true }, [file, 'ann'])).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(users.split('\n').slice(1).join('\n'));
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(existsSync(`${file}.new`)).toBe(false);
  await expect(passwd({ delete: true }, [file, 'ann'])).rejects.toThrow(`no user ann in ${file}`);
});
