import { expect, test } from 'bun:test';
import { readSourceFile } from './source-file.ts';
import { findUnusedExports } from './unused-exports.ts';

/** Findings of a tree given as path → text, as `path:line name`. */
function check(files: Record<string, string>): string[] {
  const tree = new Map(Object.entries(files).map(([path, text]) => [path, readSourceFile(text)]));
  return findUnusedExports(tree).map(
    ({ path, line, message }) => `${path}:${line} ${/imports (\S+):/.exec(message)?.[1]}`,
  );
}

test('what another file imports is used, types and tests included', () => {
  expect(
    check({
      'src/a.ts': 'export const x = 1;\nexport type T = 2;\nexport async function* f() {}\nexport class C {}\n',
      'src/b.ts': "import { x, type T as U } from './a.ts';\nimport type {\n  C,\n} from './a.ts';\n",
      'test/c.ts': "import { f } from '../src/a.ts';\n",
    }),
  ).toEqual([]);
});

test('what only its own file uses is not', () => {
  const text = 'interface I {}\nexport const x = 1;\nexport function f(): I { return x; }\n';
  expect(check({ 'src/a.ts': text, 'src/b.ts': "import { f } from './a.ts';\n" })).toEqual(['src/a.ts:2 x']);
});

test('a door uses what it hands on, and wants a user itself', () => {
  const door = {
    'src/a.ts': 'export const x = 1;\nexport const y = 1;\n',
    'src/index.ts': "export { x, y as z } from './a.ts';\n",
  };
  expect(check(door)).toEqual(['src/index.ts:1 x', 'src/index.ts:1 z']);
  expect(check({ ...door, 'src/b.ts': "import { x, z } from './index.ts';\n" })).toEqual([]);
});

test('who imports everything, or asks when it runs, may use any of it', () => {
  const file = { 'src/a.ts': 'export const x = 1;\n' };
  expect(check({ ...file, 'src/b.ts': "import * as a from './a.ts';\n" })).toEqual([]);
  expect(check({ ...file, 'src/b.ts': "const { x } = await import('./a.ts');\n" })).toEqual([]);
  expect(check({ ...file, 'src/b.ts': "type X = import('./a.ts').x;\n" })).toEqual([]);
});
