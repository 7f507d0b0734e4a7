// What a mount with a subpath shows, in Docker's words where it shows nothing; which paths lead out is the kernel's to say.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { createTestEngine, outcome, type TestEngine } from '../../testing/test-engine.ts';
import { mountSubpath, sweepSubpaths } from './subpath.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

const wanted = { root: '/volume', subpath: 'a/b', name: 'c-0' };

test('what is there has a place of its own until it is mounted', async () => {
  const places = new CleanupStack();
  const place = mountSubpath(own.engine, wanted, places);
  expect(place).toBe(join(own.engine.config.dataRoot, 'subpaths/c-0'));
  expect(existsSync(place)).toBe(true);
  await places[Symbol.asyncDispose]();
  expect(existsSync(place)).toBe(false);
});

test('what is missing or leads out is refused', async () => {
  const refused = (code: string) => {
    const mountBeneath = () => {
      throw Object.assign(new Error(`open beneath: ${code}`), { code });
    };
    const engine = { ...own.engine, host: { ...own.engine.host, mountBeneath } };
    return outcome(() => mountSubpath(engine, wanted, new CleanupStack()));
  };
  const missing = 'invalid: cannot access path /volume/a/b: lstat /volume/a/b: no such file or directory';
  expect(await refused('ENOENT')).toBe(missing);
  expect(await refused('ENOTDIR')).toBe(missing);
  expect(await refused('EXDEV')).toBe(
    'invalid: path concatenation escapes the base directory, base: /volume, subpath: a/b',
  );
  expect(await refused('ELOOP')).toContain('ELOOP');
});

test('what a killed daemon left is unmounted and goes, and nothing that is below it', () => {
  const folder = join(own.engine.config.dataRoot, 'subpaths');
  sweepSubpaths(own.engine);
  mkdirSync(join(folder, 'c-0'), { recursive: true });
  writeFileSync(join(folder, 'c-1'), '');
  const unmounted: string[] = [];
  const host = { ...own.engine.host, unmount: (path: string) => void unmounted.push(path) };
  sweepSubpaths({ ...own.engine, host });
  expect(unmounted.sort()).toEqual([join(folder, 'c-0'), join(folder, 'c-1')]);
  expect(readdirSync(folder)).toEqual([]);
  mkdirSync(join(folder, 'c-2'));
  writeFileSync(join(folder, 'c-2/of-the-user'), '');
  expect(() => sweepSubpaths({ ...own.engine, host })).toThrow('ENOTEMPTY');
  expect(existsSync(join(folder, 'c-2/of-the-user'))).toBe(true);
});
