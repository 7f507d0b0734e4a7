import { expect, test } from 'bun:test';
import { findTests, parseReport } from './bun-tests.ts';

test('a report is counted by its root element', () => {
  const xml =
    '<?xml version="1.0"?>\n<testsuites name="bun test" tests="9" failures="2" skipped="3">\n<testsuite tests="1">';
  expect(parseReport(xml)).toEqual({ passed: 4, failed: 2, skipped: 3 });
});

test('no report counts nothing', () => {
  expect(parseReport('')).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

test('unit tests leave out what needs root', () => {
  const files = findTests('unit');
  expect(files).toContain('test/architecture.test.ts');
  expect(files.filter(file => file.endsWith('.root.test.ts'))).toEqual([]);
});
