import { expect, test } from 'bun:test';
import { parseReport } from './junit-report.ts';

/** A report of one failed test case, with `failure` in it. */
function reportOf(failure: string): string {
  return `<testsuites tests="2" failures="1"><testsuite>
    <testcase name="well" classname="" time="0" file="src/a.test.ts" line="2" assertions="0" />
    <testcase name="&quot;a&quot; &lt; b" classname="" time="0" file="src/a.test.ts" line="3" assertions="1">
      ${failure}
    </testcase></testsuite></testsuites>`;
}

test('a report is counted by its root element', () => {
  const xml =
    '<?xml version="1.0"?>\n<testsuites name="bun test" tests="9" failures="2" skipped="3">\n<testsuite tests="1">';
  expect(parseReport(xml)).toEqual({ passed: 4, failed: 2, skipped: 3, failures: [] });
});

test('a report names what failed', () => {
  expect(parseReport(reportOf('<failure type="AssertionError" />')).failures).toEqual([
    { test: 'src/a.test.ts: "a" < b', said: '' },
  ]);
});

test('what a failure said is its text or, without one, its message', () => {
  const text = reportOf(
    '<failure type="Error" message="one">Error: &lt;one&gt; &amp;lt;&#10;- &quot;c&quot;&#xA;      at a.test.ts:2:46&#10;</failure>',
  );
  expect(parseReport(text).failures?.[0]?.said).toBe('Error: <one> &lt;\n- "c"\n      at a.test.ts:2:46');
  const message = reportOf('<failure type="TimeoutError" message="test timed out" />');
  expect(parseReport(message).failures?.[0]?.said).toBe('test timed out');
});

test('no report counts nothing', () => {
  expect(parseReport('')).toEqual({ passed: 0, failed: 0, skipped: 0, failures: [] });
});
