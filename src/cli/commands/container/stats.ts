// `stats`.

import { setTimeout as delay } from 'node:timers/promises';
import { command } from '../../command.ts';
import { type Context, describeFailure } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { shortId } from '../../output/ellipsis.ts';
import { checkListFormat, formatList } from '../../output/format-list.ts';
import { Collector } from '../../stats/collector.ts';
import { computeUsage } from '../../stats/usage.ts';
import { type Measured, usageHeaders, usageRow, usageTable } from '../../stats/usage-row.ts';

/** Milliseconds between two pictures. */
const rhythm = 500;

interface Options {
  names: string[];
  all: boolean;
  show: (measured: Measured[]) => string;
}

export const stats = command({
  usage: '[OPTIONS] [CONTAINER...]',
  args: atLeast(0),
  flags: {
    all: bool('Also containers that do not run', { short: 'a' }),
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    'no-stream': bool('Show one picture and end'),
    'no-trunc': bool('Do not shorten the output'),
  },
  async run(context, { flags, args }) {
    const format = flags.format || (context.config.statsFormat ?? '');
    const truncate = !flags['no-trunc'];
    checkListFormat(format, usageRow({ container: '', usage: undefined }, { truncate }));
    const list = { format, table: usageTable, headers: usageHeaders };
    const show = (measured: Measured[]) =>
      formatList(
        measured.map(one => usageRow(one, { truncate })),
        list,
      );
    const options = { names: args, all: flags.all, show };
    return flags['no-stream'] ? await showOnce(context, options) : await showLive(context, options);
  },
});

async function showOnce(context: Context, options: Options): Promise<number> {
  const names = options.names.length > 0 ? options.names : await listIds(context, options.all);
  const results = await Promise.allSettled(names.map(name => measureOnce(context, name)));
  if (options.names.length > 0) throwFailures(results);
  // Of a list, what has been removed meanwhile is left out.
  await context.print(options.show(results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))));
  return 0;
}

async function measureOnce(context: Context, container: string): Promise<Measured> {
  const request = { path: { id: container }, query: { stream: false } };
  const stream = await context.client.stream('ContainerStats', request);
  return { container, usage: computeUsage(await stream.json()) };
}

async function showLive(context: Context, options: Options): Promise<number> {
  const collector = new Collector(context.client);
  const everything = options.names.length === 0;
  const watching = new AbortController();
  try {
    if (everything) void followEvents(context, collector, options.all, watching.signal);
    const names = everything ? await listIds(context, options.all) : options.names;
    const results = await Promise.allSettled(names.map(name => collector.add(name)));
    if (!everything) throwFailures(results);
    while (!context.io.stdout.broken && (everything || collector.size > 0)) {
      const lines = options.show(collector.current()).split('\n').slice(0, -1);
      // From the top left, each line and what is below cleared of the picture before.
      await context.print(`\x1b[H${lines.map(line => `${line}\x1b[K\n`).join('')}\x1b[J`);
      await delay(rhythm);
    }
    return 0;
  } finally {
    watching.abort();
    collector.close();
  }
}

/** Containers come and go while their usage is shown. */
async function followEvents(context: Context, collector: Collector, all: boolean, signal: AbortSignal): Promise<void> {
  try {
    const filters = { type: ['container'], event: all ? ['create', 'start'] : ['start', 'die'] };
    const stream = await context.client.stream('SystemEvents', { query: { filters } }, { signal });
    for await (const { Action, Actor } of stream.lines()) {
      if (Action === 'die') collector.remove(shortId(Actor.ID));
      else collector.add(shortId(Actor.ID)).catch(() => {});
    }
  } catch {
    // The daemon is gone: the streams of the containers end as well.
  }
}

async function listIds(context: Context, all: boolean): Promise<string[]> {
  const containers = await context.client.call('ContainerList', { query: all ? { all } : {} });
  return containers.map(({ Id }) => shortId(Id));
}

function throwFailures(results: PromiseSettledResult<unknown>[]): void {
  const failures = results.flatMap(result => (result.status === 'rejected' ? [describeFailure(result.reason)] : []));
  if (failures.length > 0) throw new ExitError(1, failures.join('\n'));
}
