import { expect, test } from 'bun:test';
import { isOverlayAttribute, parseWhiteout } from './whiteout.ts';

test.each([
  ['file', { kind: 'plain' }],
  ['.whale', { kind: 'plain' }],
  ['.wh.file', { kind: 'hides', name: 'file' }],
  ['.wh..hidden', { kind: 'hides', name: '.hidden' }],
  ['.wh..wh..opq', { kind: 'opaque' }],
  ['.wh..wh.plnk', { kind: 'ignored' }],
  ['.wh.', { kind: 'ignored' }],
  ['.wh..', { kind: 'ignored' }],
  ['.wh...', { kind: 'ignored' }],
])('%s', (name, expected) => {
  expect(parseWhiteout(name)).toEqual(expected as ReturnType<typeof parseWhiteout>);
});

test('archives may not steer overlay', () => {
  expect(isOverlayAttribute('trusted.overlay.redirect')).toBe(true);
  expect(isOverlayAttribute('user.overlay.opaque')).toBe(true);
  expect(isOverlayAttribute('security.capability')).toBe(false);
});
