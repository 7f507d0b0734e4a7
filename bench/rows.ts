// The measurements: each fills rows of the table, one value per subject.

import { call, memory, type Subject, time } from './subject.ts';

/** How often and how much; smaller for a quick look. */
export interface Scale {
  readonly repeat: number;
  readonly containers: number;
  readonly logLines: number;
  /** Containers that a list shows. */
  readonly listed: number;
  /** MiB through an attached stream. */
  readonly attached: number;
}

/** Adds one sample to a row for a subject. */
export type Record = (row: string, subject: Subject, value: number) => void;

/** Each takes seconds. */
const attachTurns = 3;

/** Exits at once on SIGTERM, so that `stop` measures the engine and not its patience. */
const waiter = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1000 & wait $!; done'];

/** `run --rm busybox true`, each network in turn, the subjects taking turns so that they share the machine's moods. */
export async function measureRuns(subjects: readonly Subject[], { repeat }: Scale, record: Record): Promise<void> {
  for (const network of ['bridge', 'none', 'host']) {
    const args = ['run', '--rm', '--network', network, 'busybox', 'true'];
    for (let turn = -1; turn < repeat; turn++) {
      for (const subject of subjects) {
        const taken = await time([...subject.command, ...args]);
        if (turn >= 0) record(`run --rm, ${network}`, subject, taken);
      }
    }
  }
}

/** The steps of a container's life, one command each. */
export async function measureSteps(subjects: readonly Subject[], { repeat }: Scale, record: Record): Promise<void> {
  for (let turn = 0; turn < repeat; turn++) {
    for (const subject of subjects) {
      const name = `bench-step-${turn}`;
      const step = async (row: string, ...args: string[]) =>
        record(row, subject, await time([...subject.command, ...args]));
      await step('create', 'create', '--name', name, 'busybox', ...waiter);
      await step('start', 'start', name);
      await step('exec true', 'exec', name, 'true');
      await step('stop', 'stop', name);
      await call(subject, 'start', name);
      await step('rm -f, running', ...subject.forcedRemoval, name);
    }
  }
}

/** Many containers at once: time for each, and the memory that each costs besides its own process. */
export async function measureCrowd(subjects: readonly Subject[], { containers }: Scale, record: Record): Promise<void> {
  for (const subject of subjects.filter(one => one.sameEngineAs === undefined)) {
    const { processes } = subject;
    if (processes && processes.daemons().length > 0)
      record('idle daemon, RSS MB', subject, megabytes(memory(processes.daemons(), 'Rss')));
    const before = processes ? memory([...processes.daemons(), ...processes.monitors()], 'Pss') : 0;
    const names = Array.from({ length: containers }, (_, index) => `bench-crowd-${index}`);
    const started = performance.now();
    await inLanes(names, 8, name => call(subject, 'run', '-d', '--name', name, 'busybox', 'sleep', '1000'));
    record(`run -d of ${containers}, 8 at a time, each`, subject, (performance.now() - started) / containers);
    if (processes) {
      await Bun.sleep(1_000);
      const after = memory([...processes.daemons(), ...processes.monitors()], 'Pss');
      record('memory per idle container, PSS MB', subject, megabytes((after - before) / containers));
    }
    const removing = performance.now();
    await inLanes(names, 8, name =>
      call(subject, 'rm', '-f', '-t', '0', name).catch(() => call(subject, 'rm', '-f', name)),
    );
    record(`rm -f of ${containers}, 8 at a time, each`, subject, (performance.now() - removing) / containers);
  }
}

/** A container that writes lines of 100 bytes as fast as it can, until all are in its log. */
export async function measureLogs(subjects: readonly Subject[], { logLines }: Scale, record: Record): Promise<void> {
  const script = `yes ${'x'.repeat(99)} | head -n ${logLines}`;
  for (const subject of subjects.filter(one => one.sameEngineAs === undefined)) {
    const name = 'bench-log';
    const started = performance.now();
    await call(subject, 'run', '-d', '--name', name, 'busybox', 'sh', '-c', script);
    await call(subject, 'wait', name);
    record(`${logLines} log lines written`, subject, performance.now() - started);
    const reading = performance.now();
    const child = Bun.spawn([...subject.command, 'logs', name], { stdio: ['ignore', 'pipe', 'ignore'] });
    let bytes = 0;
    for await (const chunk of child.stdout) bytes += chunk.length;
    record(`${logLines} log lines read`, subject, performance.now() - reading);
    if (bytes !== logLines * 100) throw new Error(`${subject.name}: logs gave ${bytes} bytes of ${logLines * 100}`);
    await call(subject, ...subject.forcedRemoval, name);
  }
}

/** `ps -a` of many containers that were only created. */
export async function measureList(subjects: readonly Subject[], scale: Scale, record: Record): Promise<void> {
  const { listed, repeat } = scale;
  const names = Array.from({ length: listed }, (_, index) => `bench-list-${index}`);
  for (const subject of subjects.filter(one => one.sameEngineAs === undefined)) {
    const clients = subjects.filter(one => one === subject || one.sameEngineAs === subject.name);
    try {
      await inLanes(names, 8, name => call(subject, 'create', '--name', name, 'busybox', 'true'));
      for (let turn = -1; turn < repeat; turn++) {
        for (const client of clients) {
          const taken = await time([...client.command, 'ps', '-a']);
          if (turn >= 0) record(`ps -a of ${listed}`, client, taken);
        }
      }
    } finally {
      // Several at once, so that a long clean-up does not take most of the run.
      const groups = Array.from({ length: Math.ceil(listed / 50) }, (_, at) => names.slice(at * 50, (at + 1) * 50));
      await inLanes(groups, 2, group => call(subject, ...subject.forcedRemoval, ...group).catch(() => {}));
    }
  }
}

/** Bytes through `run` and its attached streams, without a log: what a container writes, then what it reads. */
export async function measureAttach(subjects: readonly Subject[], scale: Scale, record: Record): Promise<void> {
  const { attached } = scale;
  const bytes = attached * 1024 * 1024;
  const size = attached % 1024 === 0 ? `${attached / 1024} GiB` : `${attached} MiB`;
  for (let turn = 0; turn < attachTurns; turn++) {
    for (const subject of subjects) {
      const run = (...args: string[]) => [...subject.command, 'run', '--rm', '--log-driver', 'none', ...args];
      const out = run('busybox', 'dd', 'if=/dev/zero', 'bs=64k', `count=${attached * 16}`);
      record(`${size} attached, out`, subject, await piped(`"$@" 2>/dev/null | wc -c`, out, bytes));
      const into = run('-i', 'busybox', 'wc', '-c');
      record(`${size} attached, in`, subject, await piped(`head -c ${bytes} /dev/zero | "$@"`, into, bytes));
    }
  }
}

/** Milliseconds that a pipeline takes which prints how many bytes came through; throws when it is another number. */
async function piped(script: string, command: readonly string[], bytes: number): Promise<number> {
  const started = performance.now();
  const child = Bun.spawn(['sh', '-c', script, 'sh', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const counted = Number(await new Response(child.stdout).text());
  if (counted !== bytes) throw new Error(`${counted} bytes of ${bytes} came through: ${command.join(' ')}`);
  return performance.now() - started;
}

async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const megabytes = (bytes: number) => bytes / (1024 * 1024);
