import { expect, test } from 'bun:test';
import { copyDestination, joinWorkdir } from './working-path.ts';

test.each([
  [undefined, 'a', '/a'],
  ['/w', 'a/../b', '/w/b'],
  ['/w', '/x/../y', '/x/../y'],
])('WORKDIR %s then %s is %s', (before, path, expected) => {
  expect(joinWorkdir(before, path)).toBe(expected);
});

test.each([
  ['/w', '.', '/w/'],
  ['/w', 'a', '/w/a'],
  ['/w', 'a/', '/w/a/'],
  ['/w', '/x/.', '/x/'],
  [undefined, '/', '/'],
  [undefined, '.', '/'],
])('in %s the destination %s is %s', (workdir, path, expected) => {
  expect(copyDestination(workdir, path)).toBe(expected);
});
