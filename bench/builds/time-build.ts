// One build by one builder: how long it takes, and how much memory.

import { withDescendants } from '../processes.ts';
import { memory } from '../subject.ts';
import type { Builder } from './builders.ts';

/** Milliseconds between two looks at the memory, which take one or two themselves. */
const lookPause = 200;

interface BuildCost {
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
