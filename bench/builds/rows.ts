// Builds: cold, cached, after small changes; the files alone; the memory of the daemon meanwhile.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Record as Recorder } from '../rows.ts';
import { memory, type Subject } from '../subject.ts';
import { type Builder, findBuilders, sharedFolder } from './builders.ts';
import { changeOneFile, makeContext, slowSeconds } from './context.ts';

/** Each takes about half a minute a builder; BENCH_BUILDS says how many there are. */
const defaultTurns = 3;
const tag = 'bench-build';

/** Returns the columns that it added. */
export async function measureBuilds(
  subjects: readonly Subject[],
  { record, env }: { record: Recorder; env: Readonly<Record<string, string | undefined>> },
): Promise<Subject[]> {
  const shared = sharedFolder();
  try {
    const builders = findBuilders(subjects, shared, env);
    const turns = Number(env.BENCH_BUILDS ?? defaultTurns);
    for (let turn = 0; turn < turns; turn++) {
      for (const [at, builder] of builders.entries()) {
        // A folder nobody has built from: its files have to be sent.
        const name = `${builder.subject.name.replace(/\W+/g, '-')}-${turn}`;
        const context = { here: join(shared.here, name), there: join(builder.folder, name) };
        makeContext(context.here, 1 + turn * builders.length + at);
        await measureTurn(builder, { context, turn, record });
        rmSync(context.here, { recursive: true });
      }
    }
    return builders.map(({ subject }) => subject).filter(subject => !subjects.includes(subject));
  } finally {
    rmSync(shared.here, { recursive: true, force: true });
  }
}

async function measureTurn(
  builder: Builder,
  { context, turn, record }: { context: { here: string; there: string }; turn: number; record: Recorder },
): Promise<void> {
  const { subject } = builder;
  const row = (name: string) => `build: ${name}`;
  const files = await timeBuild(builder, ['-f', join(context.there, 'Copy'), context.there]);
  record(row('5,000 files and 100 MB, COPY . alone'), subject, files);
  const cold = await withPeak(subject, () => timeBuild(builder, ['--no-cache', '-t', tag, context.there]));
  record(row(`10 steps, cold (two stages of ${slowSeconds} s at once)`), subject, cold.result);
  if (cold.peak > 0) record(row('peak RSS of the daemon in a cold build, MB'), subject, cold.peak / 1024 / 1024);
  // The cold build went past the cache; this one fills it.
  await timeBuild(builder, ['-t', tag, context.there]);
  record(row('10 steps, all cached'), subject, await timeBuild(builder, ['-t', tag, context.there]));
  changeOneFile(context.here, turn);
  record(row('10 steps, one small file changed'), subject, await timeBuild(builder, ['-t', tag, context.there]));
  const argument = ['--build-arg', `VERSION=${turn}-${subject.name.length}`, '-t', tag, context.there];
  record(row('10 steps, one argument changed'), subject, await timeBuild(builder, argument));
}

/** Milliseconds from start to exit. Throws with what it said when it fails. */
async function timeBuild({ command, environment, options }: Builder, words: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = Bun.spawn([...command, ...options, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const said = new Response(child.stderr).text();
  const code = await child.exited;
  const taken = performance.now() - started;
  if (code !== 0) throw new Error(`exit code ${code}: ${[...command, ...words].join(' ')}\n${await said}`);
  return taken;
}

/** The most memory that the daemon had while `work` was done, in bytes; 0 where there is no daemon. */
async function withPeak<T>({ processes }: Subject, work: () => Promise<T>): Promise<{ result: T; peak: number }> {
  const pids = processes?.daemons() ?? [];
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, memory(pids, 'Rss'));
  }, 50);
  try {
    const result = await work();
    return { result, peak };
  } finally {
    clearInterval(timer);
  }
}
