// What stands at the end of a check or test run: a table of its steps, what failed and why, and the total.

import type { Failure, StepResult } from './step.ts';

const longest = { lines: 10, total: 40, line: 200 };

/** Prints the summary of a run; returns the exit code. */
export function summarize(results: readonly StepResult[]): number {
  console.log(`\n${summaryLines(results).join('\n')}`);
  return results.some(({ failed }) => failed > 0) ? 1 : 0;
}

/**
 * A line for each step, what failed with what it said, and as the last line `N passed, N failed[, N skipped]`. What failed
 * stands at the end, too, since of a long run often only the last lines are kept: of one failure at most 10 lines, of all
 * together 40.
 */
export function summaryLines(results: readonly StepResult[]): string[] {
  let left = longest.total;
  const failures = results.flatMap(({ name, failures = [] }) =>
    failures.flatMap(failure => {
      const said = excerpt(failure, Math.min(left, longest.lines));
      left -= said.length;
      return [`FAIL  ${name}: ${failure.test}`, ...said];
    }),
  );
  const total = (key: 'passed' | 'failed' | 'skipped') => results.reduce((sum, result) => sum + result[key], 0);
  const skipped = total('skipped');
  const totals = `${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return [...results.map(stepLine), ...failures, '', totals];
}

function stepLine({ name, passed, failed, skipped, milliseconds }: StepResult): string {
  const mark = failed === 0 ? 'ok  ' : 'FAIL';
  const counted = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
  const seconds = (milliseconds / 1000).toFixed(1).padStart(6);
  return `${mark}  ${name.padEnd(18)} ${seconds} s  ${counted.filter(Boolean).join(', ')}`;
}

/** At most `limit` indented lines of what a failure said. The last one, which names the place, is kept. */
function excerpt({ said }: Failure, limit: number): string[] {
  const lines = said.split('\n').filter(line => line.trim() !== '');
  const kept = lines.length <= limit ? lines : [...lines.slice(0, Math.max(0, limit - 2)), '…', ...lines.slice(-1)];
  return kept
    .slice(0, limit)
    .map(line => `        ${line.length > longest.line ? `${line.slice(0, longest.line)}…` : line}`);
}
