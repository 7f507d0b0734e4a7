// `buildx history`: the builds that the daemon remembers, what they said, and forgetting them.

import { type BuildHistoryRecord, buildHistoryEventType } from '../../../api/buildkit/history.ts';
import { type BuildkitClient, connectBuildkit } from '../../../client/index.ts';
import { humanDuration } from '../../../lib/text/duration.ts';
import { alignColumns } from '../../../lib/text/table.ts';
import { buildName } from '../../build/build-name.ts';
import { readProgressMode } from '../../build/watched-build.ts';
import { openDisplay } from '../../build-progress/build-display.ts';
import { command } from '../../command.ts';
import { anyArguments, atMost, noArguments } from '../../grammar/argument-rule.ts';
import { bool, list, string } from '../../grammar/flag.ts';
import { builderFlag } from './build-flags.ts';
import { checkBuilder } from './check-builder.ts';

type Record = Partial<BuildHistoryRecord>;

export const listHistory = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    builder: builderFlag(),
    filter: list<string>('Show only what fits (status=error, ref=abc, repository=…)', { type: 'stringArray' }),
    format: string("Form of the output: table or 'json'"),
  },
  async run(context, { flags }) {
    checkBuilder(flags.builder, context);
    using buildkit = await connectBuildkit(context.client);
    const records = await readHistory(buildkit, flags.filter.map(historyFilter));
    const lines = flags.format === 'json' ? records.map(one => jsonLine(one, context.contextName)) : table(records);
    await context.print(lines.map(line => `${line}\n`).join(''));
    return 0;
  },
});

export const historyLogs = command({
  usage: '[OPTIONS] [REF]',
  args: atMost(1),
  flags: { builder: builderFlag(), progress: string('Form of the output: plain, tty or rawjson') },
  async run(context, { flags, args }) {
    checkBuilder(flags.builder, context);
    using buildkit = await connectBuildkit(context.client);
    const { ref = '' } = choose(await readHistory(buildkit), args[0] ?? '');
    const mode = readProgressMode(flags.progress || 'plain', context);
    const display = openDisplay({ mode, builder: '', io: context.io });
    for await (const news of buildkit.status(ref)) display.update(news);
    display.finish();
    return 0;
  },
});

export const removeHistory = command({
  usage: '[OPTIONS] [REF...]',
  args: anyArguments,
  flags: { all: bool('Forget all builds that are over'), builder: builderFlag() },
  async run(context, { flags, args }) {
    checkBuilder(flags.builder, context);
    if (flags.all === args.length > 0) {
      throw new Error(flags.all ? 'cannot specify refs when using --all' : 'rm requires at least one argument');
    }
    using buildkit = await connectBuildkit(context.client);
    const records = await readHistory(buildkit);
    const over = records.filter(({ completedAt }) => completedAt !== undefined);
    for (const { ref = '' } of flags.all ? over : args.map(name => choose(records, name))) {
      await buildkit.forgetBuild(ref);
    }
    return 0;
  },
});

/** Newest first. */
async function readHistory(buildkit: BuildkitClient, filter: readonly string[] = []): Promise<Record[]> {
  const records: Record[] = [];
  for await (const { type, record } of buildkit.history({ earlyExit: true, filter: [...filter] })) {
    if (record && type !== buildHistoryEventType.deleted) records.push(record);
  }
  return records.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
}

/** As the daemon has it: `status==error`, `ref~=abc`. Throws a plain Error. */
function historyFilter(text: string): string {
  const match = /^(ref|repository|status)(!?=)(.*)$/s.exec(text);
  if (!match) throw new Error(`invalid filter ${JSON.stringify(text)}: use ref, repository or status`);
  const [, key = '', sign = '', value = ''] = match;
  return `${key}${sign === '!=' ? '!=' : key === 'status' ? '==' : '~='}${value}`;
}

/** By its name, the beginning of it, or `^N`, the Nth before the newest that is over. Throws a plain Error. */
function choose(records: readonly Record[], name: string): Record {
  const offset = name === '' ? 0 : /^\^(\d+)$/.exec(name)?.[1];
  if (offset !== undefined) {
    const found = records.filter(({ completedAt }) => completedAt !== undefined)[Number(offset)];
    if (found) return found;
    throw new Error(name === '' ? 'no records found' : `no completed build found with offset ${offset}`);
  }
  const wanted = name.slice(name.lastIndexOf('/') + 1);
  const [found, ...others] = records.filter(({ ref = '' }) => ref.startsWith(wanted));
  if (found && others.length === 0) return found;
  throw new Error(
    found ? `${name} is the beginning of several builds` : `no record found for ref ${JSON.stringify(name)}`,
  );
}

function table(records: readonly Record[]): string[] {
  const rows = records.map(record => {
    const { ref = '', createdAt = new Date(), completedAt = new Date() } = record;
    const age = `${humanDuration(Date.now() - createdAt.getTime())} ago`;
    const seconds = (completedAt.getTime() - createdAt.getTime()) / 1000;
    const length =
      seconds < 60 ? `${seconds.toFixed(1)}s` : `${Math.floor(seconds / 60)}m ${Math.floor(seconds % 60)}s`;
    return [ref, buildName(record.frontendAttrs ?? {}), statusOf(record), age, length].join('\t');
  });
  return alignColumns(['BUILD ID\tNAME\tSTATUS\tCREATED AT\tDURATION', ...rows]);
}

function jsonLine(record: Record, builder: string): string {
  return JSON.stringify({
    cached_steps: record.numCachedSteps,
    completed_at: record.completedAt,
    completed_steps: record.numCompletedSteps,
    created_at: record.createdAt,
    name: buildName(record.frontendAttrs ?? {}),
    ref: `${builder}/${builder}/${record.ref}`,
    status: statusOf(record),
    total_steps: record.numTotalSteps,
  });
}

function statusOf({ completedAt, error }: Record): string {
  if (completedAt === undefined) return 'Running';
  return error ? 'Error' : 'Completed';
}
