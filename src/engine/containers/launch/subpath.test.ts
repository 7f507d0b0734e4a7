// What a mount with a subpath shows, in Docker's words where it shows nothing; which paths lead out is the kernel's to say.

import { expect, test } from 'bun:test';
import { fakeHost } from '../../testing/fake-rooms.ts';
import { outcome } from '../../testing/test-engine.ts';
import { resolveSubpath } from './subpath.ts';

const failing = (code: string) => ({
  host: {
    ...fakeHost(),
    resolveBeneath: () => {
      throw Object.assign(new Error(`open beneath: ${code}`), { code });
    },
  },
});

test('what is there is shown', () => {
  expect(resolveSubpath({ host: fakeHost() }, '/volume', 'a/b')).toBe('/volume/a/b');
});

test('what is missing or leads out is refused', async () => {
  const refused = (code: string) => outcome(() => resolveSubpath(failing(code), '/volume', 'a/b'));
  const missing = 'invalid: cannot access path /volume/a/b: lstat /volume/a/b: no such file or directory';
  expect(await refused('ENOENT')).toBe(missing);
  expect(await refused('ENOTDIR')).toBe(missing);
  expect(await refused('EXDEV')).toBe(
    'invalid: path concatenation escapes the base directory, base: /volume, subpath: a/b',
  );
  expect(await refused('ELOOP')).toContain('ELOOP');
});
