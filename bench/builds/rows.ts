// Builds: cold, cached, after small changes; the files alone; the memory that a build takes.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Record as Recorder } from '../rows.ts';
import type { Subject } from '../subject.ts';
import { type Builder, findBuilders, sharedFolder } from './builders.ts';
import { changeOneFile, makeContext, slowSeconds } from './context.ts';
import { measureOwnWork, type OwnWork } from './own-work.ts';
import { timeBuild } from './time-build.ts';

/** Each takes up to half a minute a builder; BENCH_BUILDS says how many there are. */
const defaultTurns = 3;
const tag = 'bench-build';
/** A column for what the steps take without a builder. */
const alone: Subject = { name: 'steps alone', command: [], forcedRemoval: [] };

/** What every row is. Ratios are of values of the same turn. */
const rows = {
  files: 'build: 5,000 files and 100 MB, COPY . alone',
  cold: `build: 10 steps, cold (two stages sleep ${slowSeconds} s beside each other)`,
  coldRatio: 'build: … in times of the own work of its steps',
  memory: 'build: … peak RSS of daemon and client, MB',
  cached: 'build: 10 steps, all cached',
  application: 'build: 10 steps, a file changed that no slow stage reads',
  library: `build: 10 steps, a file changed that a slow stage reads (sleeps ${slowSeconds} s)`,
  libraryAwake: 'build: … less that sleep',
  argument: 'build: 10 steps, one argument changed',
} as const;

/** Returns the columns that it added. */
export async function measureBuilds(
  subjects: readonly Subject[],
  { record, env }: { record: Recorder; env: Readonly<Record<string, string | undefined>> },
): Promise<Subject[]> {
  const shared = sharedFolder();
  // Where the daemon of the benchmark has its files, too.
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-alone-'));
  // Nothing is removed before the end: ext4 makes files slowly where it has just removed many (it passes over each of their
  // inodes for a minute or more), and whoever comes next would pay for it.
  try {
    const builders = findBuilders(subjects, shared, env);
    const turns = Number(env.BENCH_BUILDS ?? defaultTurns);
    for (let turn = 0; turn < turns; turn++) {
      const own = await measureAlone(folder, turn, record);
      for (const [at, builder] of builders.entries()) {
        // Folders nobody has built from: all of their files have to be sent.
        const seed = 1000 * (1 + turn * builders.length + at);
        const name = `${builder.subject.name.replace(/\W+/g, '-')}-${turn}`;
        const place = (kind: string) => {
          makeContext(join(shared.here, name + kind), seed + kind.length);
          return { here: join(shared.here, name + kind), there: join(builder.folder, name + kind) };
        };
        await measureTransfer(builder, { context: place('-files'), record });
        await measureTurn(builder, { context: place(''), turn, own, record });
      }
    }
    return [...builders.map(({ subject }) => subject).filter(subject => !subjects.includes(subject)), alone];
  } finally {
    for (const made of [shared.here, folder]) rmSync(made, { recursive: true, force: true });
  }
}

interface Context {
  /** Where the benchmark and where the builder sees it. */
  readonly here: string;
  readonly there: string;
}

async function measureTransfer(builder: Builder, o: { context: Context; record: Recorder }): Promise<void> {
  const { there } = o.context;
  o.record(rows.files, builder.subject, (await timeBuild(builder, ['-f', join(there, 'Copy'), there])).taken);
}

async function measureTurn(
  builder: Builder,
  o: { context: Context; turn: number; own: OwnWork; record: Recorder },
): Promise<void> {
  const { context, record } = o;
  const { subject } = builder;
  const build = async (...options: string[]) =>
    (await timeBuild(builder, [...options, '-t', tag, context.there])).taken;
  const words = ['--no-cache', '-t', tag, context.there];
  const cold = await timeBuild(builder, words, { watched: true });
  record(rows.cold, subject, cold.taken);
  record(rows.coldRatio, subject, cold.taken / o.own.cold);
  record(rows.memory, subject, cold.peak / 1024 / 1024);
  // That went past the cache; this one fills it, where that is not done yet.
  await build();
  record(rows.cached, subject, await build());
  changeOneFile(context.here, 'app');
  record(rows.application, subject, await build());
  changeOneFile(context.here, 'lib');
  const library = await build();
  record(rows.library, subject, library);
  record(rows.libraryAwake, subject, library - slowSeconds * 1000);
  record(rows.argument, subject, await build('--build-arg', `VERSION=${o.turn}-${subject.name.length}`));
}

async function measureAlone(folder: string, turn: number, record: Recorder): Promise<OwnWork> {
  const context = join(folder, `context-${turn}`);
  makeContext(context, 1 + turn);
  const own = await measureOwnWork(context, folder);
  record(rows.cold, alone, own.cold);
  record(rows.application, alone, own.applicationChanged);
  record(rows.library, alone, own.libraryChanged);
  record(rows.libraryAwake, alone, own.libraryChanged - slowSeconds * 1000);
  record(rows.argument, alone, own.argumentChanged);
  return own;
}
