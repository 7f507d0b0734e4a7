// What is measured: an engine driven by a command line. Every subject understands the same Docker commands.

import { readFileSync } from 'node:fs';
import { run } from '../test/support/run.ts';

/** The processes whose memory an engine costs. */
interface EngineProcesses {
  /** The daemon's, present with no container at all. */
  daemons(): number[];
  /** Those that each container adds, besides its own. */
  monitors(): number[];
}

export interface Subject {
  readonly name: string;
  readonly command: readonly string[];
  /** Another command line of the same engine: only what the command line costs is measured. */
  readonly sameEngineAs?: string;
  readonly processes?: EngineProcesses;
  /** What `push` and `pull` need to speak plain HTTP with a registry on this machine. */
  readonly plainRegistry?: readonly string[];
  /** How it removes a running container without waiting for it. */
  readonly forcedRemoval: readonly string[];
}

/** Runs a command of the subject and returns its trimmed output; throws when it fails. */
export async function call(subject: Subject, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run([...subject.command, ...args], { timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`${subject.name}: ${args.join(' ')}: ${stderr.trim() || `exit code ${code}`}`);
  return stdout.trim();
}

/** Milliseconds that a command takes from spawn to exit; its output is thrown away unless a file is named. */
export async function time(
  command: readonly string[],
  { stdin, stdout }: { stdin?: string; stdout?: string } = {},
): Promise<number> {
  const started = performance.now();
  const child = Bun.spawn([...command], {
    stdio: [stdin ? Bun.file(stdin) : 'ignore', stdout ? Bun.file(stdout) : 'ignore', 'pipe'],
  });
  const code = await child.exited;
  const taken = performance.now() - started;
  if (code !== 0)
    throw new Error(`exit code ${code}: ${command.join(' ')}\n${await new Response(child.stderr).text()}`);
  return taken;
}

/** Gives every subject the image busybox, from the archive at `path`. */
export async function loadBusybox(subject: Subject, path: string): Promise<void> {
  const child = Bun.spawn([...subject.command, 'load'], { stdio: [Bun.file(path), 'ignore', 'pipe'] });
  if ((await child.exited) !== 0) throw new Error(`${subject.name}: load: ${await new Response(child.stderr).text()}`);
}

/**
 * Bytes of memory of processes: `Pss` shares what is shared, `Rss` counts it whole, and costs them nothing: for the other the
 * kernel goes through all of their memory, for milliseconds. Ended ones count nothing.
 */
export function memory(pids: readonly number[], kind: 'Pss' | 'Rss'): number {
  return pids.reduce(
    (sum, pid) => sum + 1024 * (kind === 'Pss' ? field(pid, 'smaps_rollup', 'Pss') : field(pid, 'status', 'VmRSS')),
    0,
  );
}

function field(pid: number, file: string, key: string): number {
  try {
    return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
