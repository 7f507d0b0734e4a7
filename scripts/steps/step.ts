// One step of a check or test run: a command that passes or fails as a whole, and what it counted.

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
 * Runs a command in the repository with its own tools on the path; its output goes to ours, and that on standard error to
 * `hear`, too.
 */
export async function runCommand(
  command: string[],
  env: Record<string, string> = {},
  hear?: (text: string) => void,
): Promise<number> {
  const child = Bun.spawn(command, {
    cwd: repository,
    env: { ...process.env, PATH: `${repository}node_modules/.bin:${process.env.PATH}`, ...env },
    stdio: ['ignore', 'inherit', hear ? 'pipe' : 'inherit'],
  });
  const told = child.stderr && hear && passOn(child.stderr, hear);
  const code = await child.exited;
  // What the command left running may hold its end of the pipe for ever.
  if (told) await Promise.race([told, Bun.sleep(1000)]);
  return code;
}

async function passOn(output: AsyncIterable<Uint8Array>, hear: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of output) {
    process.stderr.write(chunk);
    hear(decoder.decode(chunk, { stream: true }));
  }
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
