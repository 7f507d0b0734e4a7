import { expect, test } from 'bun:test';
import type { Failure, StepResult } from './step.ts';
import { summaryLines } from './summary.ts';

function step(name: string, counts: Partial<StepResult> = {}): StepResult {
  return { name, passed: 1, failed: 0, skipped: 0, milliseconds: 1234, ...counts };
}

function failing(...failures: Failure[]): StepResult {
  return step('unit tests', { failed: failures.length, failures });
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`).join('\n');

test('a run without failures is its steps and the total', () => {
  expect(summaryLines([step('types'), step('unit tests', { passed: 7, skipped: 2 })])).toEqual([
    'ok    types                 1.2 s  1 passed',
    'ok    unit tests            1.2 s  7 passed, 2 skipped',
    '',
    '8 passed, 0 failed, 2 skipped',
  ]);
});

test('beneath each failure stands what it said', () => {
  const lines = summaryLines([failing({ test: 'a.test.ts: x', said: 'Error: boom\n\n  at a.test.ts:2:46' })]);
  expect(lines.slice(1)).toEqual([
    'FAIL  unit tests: a.test.ts: x',
    '        Error: boom',
    '          at a.test.ts:2:46',
    '',
    '1 passed, 1 failed',
  ]);
});

test('of a long failure its beginning and its end are kept, of a long line the beginning', () => {
  const lines = summaryLines([failing({ test: 'x', said: numbered(30) }, { test: 'y', said: 'z'.repeat(5000) })]);
  expect(lines.slice(2, 12).map(line => line.trim())).toEqual([...numbered(8).split('\n'), '…', 'line 30']);
  expect(lines[13]?.trim()).toBe(`${'z'.repeat(200)}…`);
});

test('many failures are all named, and the last line is the total', () => {
  const failures = Array.from({ length: 60 }, (_, index) => ({ test: `t${index}`, said: numbered(7) }));
  const lines = summaryLines([failing(...failures)]);
  expect(lines.filter(line => line.startsWith('FAIL  unit tests: '))).toHaveLength(60);
  expect(lines.filter(line => line.startsWith('    '))).toHaveLength(40);
  expect(lines.at(-1)).toBe('1 passed, 60 failed');
});
