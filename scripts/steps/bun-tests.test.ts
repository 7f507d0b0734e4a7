import { expect, test } from 'bun:test';
import { findTests, parseReport } from './bun-tests.ts';

test('a report is counted by its root element', () => {
  const xml =
    '<?xml version="1.0"?>\n<testsuites name="bun test" tests="9" failures="2" skipped="3">\n<testsuite tests="1">';
  expect(parseReport(xml)).toEqual({ passed: 4, failed: 2, skipped: 3, failures: [] });
});

test('a report names what failed', () => {
  const xml = `<testsuites tests="2" failures="1"><testsuite>
    <testcase name="well" classname="" time="0" file="src/a.test.ts" line="2" assertions="0" />
    <testcase name="badly" classname="" time="0" file="src/a.test.ts" line="3" assertions="1">
      <failure type="AssertionError" />
    </testcase></testsuite></testsuites>`;
  expect(parseReport(xml).failures).toEqual(['src/a.test.ts: badly']);
});

test('no report counts nothing', () => {
  expect(parseReport('')).toEqual({ passed: 0, failed: 0, skipped: 0, failures: [] });
});

test('unit tests leave out what needs root', () => {
  const files = findTests('unit');
  expect(files).toContain('test/architecture.test.ts');
  expect(files.filter(file => file.endsWith('.root.test.ts'))).toEqual([]);
});
