import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../lib/logger.ts';
import { GivenUp } from './given-up.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-given-up-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function directory(name: string): void {
  mkdirSync(join(root, name));
  writeFileSync(join(root, name, 'file'), '');
}

test('a directory is gone at once, and off the disk soon', async () => {
  directory('1');
  const given = new GivenUp(root, { logger: silentLogger, atOnce: 1 });
  given.add('1');
  expect(existsSync(join(root, '1'))).toBe(false);
  directory('1');
  await given.settled();
  expect(readdirSync(root)).toEqual(['1']);
});

test('one that a power cut took is as good as removed', async () => {
  const given = new GivenUp(root, { logger: silentLogger, atOnce: 1 });
  given.add('1');
  await given.settled();
  expect(readdirSync(root)).toEqual([]);
});

test('what a crash left half-way is in nobody else’s way', async () => {
  for (const name of ['removed-3', 'removed-x', '4']) directory(name);
  const given = new GivenUp(root, { logger: silentLogger, atOnce: 2 });
  given.add('4');
  expect(readdirSync(root).sort()).toEqual(['removed-3', 'removed-4', 'removed-x']);
  for (const name of ['removed-3', 'removed-x']) given.add(name);
  await given.settled();
  expect(readdirSync(root)).toEqual([]);
});
