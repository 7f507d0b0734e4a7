// One step of a check or test run: a command that passes or fails as a whole, and what it counted.

import { closeSync, openSync, readSync } from 'node:fs';

/** What a step counted. A command without tests of its own counts as one. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, where that is known. */
  readonly failures?: readonly Failure[];
}

export interface Failure {
  /** `file: name` of the test. */
  readonly test: string;
  /** The error with its place, of any number of lines; empty when nothing is known of it. */
  readonly said: string;
}

export interface StepResult extends Counts {
  readonly name: string;
  readonly milliseconds: number;
}

export const repository: string = new URL('../..', import.meta.url).pathname;

/**
 * Runs a command in the repository with its own tools on the path; its output goes to ours. `errors` names a file that keeps
 * what it says on standard error: no pipe, as programs open /dev/stderr anew, and what it leaves running would hold that open.
 */
export async function runCommand(
  command: string[],
  env: Record<string, string> = {},
  errors?: string,
): Promise<number> {
  const file = errors === undefined ? undefined : openSync(errors, 'a');
  const child = Bun.spawn(command, {
    cwd: repository,
    env: { ...process.env, PATH: `${repository}node_modules/.bin:${process.env.PATH}`, ...env },
    stdio: ['ignore', 'inherit', file ?? 'inherit'],
  });
  if (file !== undefined) closeSync(file);
  if (errors !== undefined) await passOn(errors, child.exited);
  return await child.exited;
}

/** Tells on standard error what is in the file, and what comes until the end. */
async function passOn(path: string, end: Promise<unknown>): Promise<void> {
  const [file, buffer] = [openSync(path, 'r'), Buffer.alloc(65_536)];
  const ended = end.then(() => true);
  for (let isOver = false; ; ) {
    const length = readSync(file, buffer);
    if (length > 0) await new Promise(done => process.stderr.write(Buffer.from(buffer.subarray(0, length)), done));
    else if (isOver) break;
    else isOver = await Promise.race([ended, Bun.sleep(100).then(() => false)]);
  }
  closeSync(file);
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
