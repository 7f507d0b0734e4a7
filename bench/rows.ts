// The measurements: each fills rows of the table, one value per subject.

import { call, memory, type Subject, time } from './subject.ts';

/** How often and how much; smaller for a quick look. */
export interface Scale {
  readonly repeat: number;
  readonly containers: number;
  readonly logLines: number;
}

/** Adds one sample to a row for a subject. */
export type Record = (row: string, subject: Subject, value: number) => void;

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

async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const megabytes = (bytes: number) => bytes / (1024 * 1024);
