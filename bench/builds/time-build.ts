// One build by one builder: how long it takes, and how much memory.

import { readdirSync, readFileSync } from 'node:fs';
import { memory } from '../subject.ts';
import type { Builder } from './builders.ts';

/** Milliseconds between two looks at the memory, which take one or two themselves. */
const lookPause = 200;

export interface BuildCost {
  /** Milliseconds from start to exit. */
  readonly taken: number;
  /** The most that daemon, client and all they started had at once, in bytes. */
  readonly peak: number;
}

/** Throws with what the builder said when it fails. `watched`: its memory is looked at. */
export async function timeBuild(
  { subject, command, environment, options }: Builder,
  words: readonly string[],
  { watched = false } = {},
): Promise<BuildCost> {
  const started = performance.now();
  const child = Bun.spawn([...command, ...options, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const said = new Response(child.stderr).text();
  let peak = 0;
  const look = () => {
    const pids = new Set([...(subject.processes?.daemons() ?? []), ...withDescendants(child.pid)]);
    peak = Math.max(peak, memory([...pids], 'Rss'));
  };
  const timer = watched ? setInterval(look, lookPause) : undefined;
  const code = await child.exited;
  clearInterval(timer);
  const taken = performance.now() - started;
  if (code !== 0) throw new Error(`exit code ${code}: ${[...command, ...words].join(' ')}\n${await said}`);
  return { taken, peak };
}

/** The process and all that came of it and are still its children's children. */
function withDescendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (const one of all) all.push(...(children.get(one) ?? []));
  return all;
}

function parentOf(pid: string): number {
  try {
    // "pid (name) state parent": the name may have anything in it but ends with the last bracket.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
