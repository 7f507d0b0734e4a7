// Runs a program to its end and collects what it said.

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Text for standard input; without it, standard input is empty. */
  readonly stdin?: string;
  /** Keeps standard input open until the program ends. */
  readonly keepStdin?: boolean;
  readonly env?: Record<string, string | undefined>;
  /** The directory it runs in; without it, that of the test. */
  readonly cwd?: string;
  /** After this the program is killed and the promise rejects. */
  readonly timeoutMs?: number;
}

/** Runs `command`; a failing exit code is a result, not an error. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = Bun.spawn([...command], {
    env: { ...process.env, ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdin: options.stdin === undefined ? 'ignore' : 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, options.timeoutMs ?? 60_000);
  const output = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if (child.stdin) {
    child.stdin.write(options.stdin ?? '');
    await (options.keepStdin ? child.stdin.flush() : child.stdin.end());
  }
  const [stdout, stderr] = await output;
  const code = await child.exited;
  clearTimeout(timer);
  if (late) throw new Error(`did not end in time: ${command.join(' ')}\n${stdout}${stderr}`);
  return { code, stdout, stderr };
}

/** Runs `command` and returns its trimmed standard output; throws with what it said when it fails. */
export async function runOk(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, options);
  if (code !== 0) throw new Error(`exit code ${code}: ${command.join(' ')}\n${stdout}${stderr}`);
  return stdout.trim();
}
