import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIdFile } from './id-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-cidfile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('holds the id of the container, and nobody else may have it', () => {
  const path = join(folder, 'id');
  {
    using file = openIdFile(path);
    expect(() => openIdFile(path)).toThrow(`container ID file found, make sure the other container isn't running`);
    file.write('abc');
  }
  expect(readFileSync(path, 'utf8')).toBe('abc');
});

test('is not left where there is no container', () => {
  const path = join(folder, 'id');
  {
    using _file = openIdFile(path);
    expect(existsSync(path)).toBe(true);
  }
  expect(existsSync(path)).toBe(false);
});

test('that cannot be made is told of before there is a container', () => {
  const path = join(folder, 'missing', 'id');
  expect(() => openIdFile(path)).toThrow(
    `failed to create the container ID file: open ${path}: no such file or directory`,
  );
});
