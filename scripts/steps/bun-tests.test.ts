import { expect, test } from 'bun:test';
import { findTests } from './bun-tests.ts';

test('unit tests leave out what needs root', () => {
  const files = findTests('unit');
  expect(files).toContain('test/architecture.test.ts');
  expect(files.filter(file => file.endsWith('.root.test.ts'))).toEqual([]);
});
