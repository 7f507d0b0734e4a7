import { expect, test } from 'bun:test';
import { errorsBetweenTests, findTests } from './bun-tests.ts';

test('unit tests leave out what needs root', () => {
  const files = findTests('unit');
  expect(files).toContain('test/architecture.test.ts');
  expect(files.filter(file => file.endsWith('.root.test.ts'))).toEqual([]);
});

test('errors that belong to no test are found in the output', () => {
  const line = '-------------------------------';
  const output = `
src/a.test.ts:

# Unhandled error between tests
${line}
116 | function onFileHandleCollected(held) {
121 |     throw err;
                   ^
error: A FileHandle object was closed during garbage collection. (/tmp/x)
      at <anonymous> (node:fs/promises:121:14)
${line}

(fail) another [1.00ms]

# Unhandled error between tests
${line}
error: Cannot find module './b.ts' from '/c.test.ts'
${line}
`;
  expect(errorsBetweenTests(output)).toEqual([
    'error: A FileHandle object was closed during garbage collection. (/tmp/x)\n      at <anonymous> (node:fs/promises:121:14)',
    "error: Cannot find module './b.ts' from '/c.test.ts'",
  ]);
  expect(errorsBetweenTests('all is well')).toEqual([]);
});
