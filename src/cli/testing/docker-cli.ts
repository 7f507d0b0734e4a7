// The real docker command line as an oracle, where there is one.

import { runCli } from '../run-cli.ts';
import { fakeIo } from './fake-io.ts';

/** What a command line printed and how it ended. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Path of a docker command line of version 28, undefined where there is none. */
export function findDockerCli(): string | undefined {
  const path = Bun.which('docker') ?? undefined;
  if (path === undefined) return undefined;
  const { stdout } = Bun.spawnSync([path, '--version']);
  return /Docker version 28\./.test(stdout.toString()) ? path : undefined;
}

// A folder that is not there: neither side has a configuration.
const folder = '/nonexistent/berth-test';
const environment = {
  PATH: process.env.PATH ?? '',
  HOME: '/root',
  DOCKER_CONFIG: folder,
  TZ: 'UTC',
  GREETING: 'hello',
};

/** The circumstances of a call; without any there is no configuration and no input. */
export interface Circumstances {
  /** The configuration folder. */
  folder?: string;
  stdin?: string;
}

/** Runs the real command line. */
export async function runDocker(
  path: string,
  host: string,
  args: readonly string[],
  { folder: config = folder, stdin }: Circumstances = {},
): Promise<Outcome> {
  const child = Bun.spawn([path, '-H', host, ...args], {
    stdin: stdin === undefined ? 'ignore' : Buffer.from(stdin),
    stdout: 'pipe',
    stderr: 'pipe',
    cwd: '/tmp',
    env: { ...environment, DOCKER_CONFIG: config },
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

/** Runs this command line in the same circumstances, called as `docker`. */
export async function runOurs(
  host: string,
  args: readonly string[],
  { folder: config = folder, stdin }: Circumstances = {},
): Promise<Outcome> {
  const io = fakeIo({
    program: 'docker',
    environment: { ...environment, DOCKER_CONFIG: config },
    directory: '/tmp',
    stdin,
  });
  const code = await runCli(['-H', host, ...args], io);
  return { code, out: io.out(), err: io.err() };
}
