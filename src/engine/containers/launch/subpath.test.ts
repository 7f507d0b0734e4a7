// What a mount with a subpath shows: never what lies outside of the volume.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeHost } from '../../testing/fake-rooms.ts';
import { outcome } from '../../testing/test-engine.ts';
import { resolveSubpath } from './subpath.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'subpath-'));
  mkdirSync(join(root, 'a/b'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const resolve = (subpath: string) => outcome(() => resolveSubpath({ host: fakeHost() }, root, subpath));

test('what is there is shown, also by a link', async () => {
  symlinkSync('a', join(root, 'link'));
  expect(resolveSubpath({ host: fakeHost() }, root, 'a/b')).toBe(join(root, 'a/b'));
  expect(resolveSubpath({ host: fakeHost() }, root, 'link/b')).toBe(join(root, 'link/b'));
});

test('what is missing or leads out is refused', async () => {
  symlinkSync('/etc', join(root, 'out'));
  const missing = join(root, 'nope');
  expect(await resolve('nope')).toBe(
    `invalid: cannot access path ${missing}: lstat ${missing}: no such file or directory`,
  );
  for (const [name, target] of Object.entries({ out: '/etc', nowhere: '/no/such', up: 'a/../../x', via: 'nowhere' })) {
    if (name !== 'out') symlinkSync(target, join(root, name));
    expect(await resolve(name)).toBe(
      `invalid: path concatenation escapes the base directory, base: ${root}, subpath: ${name}`,
    );
  }
  symlinkSync('circle', join(root, 'circle'));
  expect(await resolve('circle')).toContain('ELOOP');
});
