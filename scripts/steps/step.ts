// One step of a check or test run: a command that passes or fails as a whole, and what it counted.

/** What a step counted. A command without tests of its own counts as one. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Names of what failed, where they are known. */
  readonly failures?: readonly string[];
}

export interface StepResult extends Counts {
  readonly name: string;
  readonly milliseconds: number;
}

export const repository: string = new URL('../..', import.meta.url).pathname;

/** Runs a command in the repository with its own tools on the path; its output goes to ours. */
export async function runCommand(command: string[], env: Record<string, string> = {}): Promise<number> {
  const child = Bun.spawn(command, {
    cwd: repository,
    env: { ...process.env, PATH: `${repository}node_modules/.bin:${process.env.PATH}`, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return await child.exited;
}

/** Runs `work` under a heading; what it throws is a failed step, not the end of the run. */
export async function runStep(name: string, work: () => Promise<Counts | number>): Promise<StepResult> {
  console.log(`\n── ${name} ${'─'.repeat(Math.max(2, 76 - name.length))}`);
  const started = performance.now();
  let result: Counts | number;
  try {
    result = await work();
  } catch (error) {
    console.error(error);
    result = 1;
  }
  const counts = typeof result === 'number' ? exitCounts(result) : result;
  return { name, ...counts, milliseconds: performance.now() - started };
}

function exitCounts(code: number): Counts {
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** Prints a table of steps and, as the last line, `N passed, N failed[, N skipped]`; returns the exit code. */
export function summarize(results: readonly StepResult[]): number {
  console.log('');
  for (const { name, passed, failed, skipped, milliseconds } of results) {
    const mark = failed === 0 ? 'ok  ' : 'FAIL';
    const counted = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
    console.log(
      `${mark}  ${name.padEnd(18)} ${(milliseconds / 1000).toFixed(1).padStart(6)} s  ${counted.filter(Boolean).join(', ')}`,
    );
  }
  // The names stand at the end, too: of a long run often only the last lines are kept.
  for (const { name, failures = [] } of results) for (const test of failures) console.log(`FAIL  ${name}: ${test}`);
  const total = (key: 'passed' | 'failed' | 'skipped') => results.reduce((sum, result) => sum + result[key], 0);
  const skipped = total('skipped');
  console.log(`\n${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return total('failed') === 0 ? 0 : 1;
}
