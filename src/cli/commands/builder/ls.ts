// `buildx ls` and `buildx inspect`: the one builder there is, the daemon's own.

import type { GcPolicy, WorkerRecord } from '../../../api/buildkit/control.ts';
import { connectBuildkit } from '../../../client/index.ts';
import { formatDuration } from '../../../lib/text/duration.ts';
import { alignColumns } from '../../../lib/text/table.ts';
import { bytesSize } from '../../../lib/text/units.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { atMost, noArguments } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { builderFlag } from './build-flags.ts';
import { checkBuilder } from './check-builder.ts';

type Worker = Partial<WorkerRecord>;

async function readWorkers(context: Context): Promise<readonly Worker[]> {
  using buildkit = await connectBuildkit(context.client);
  return await buildkit.workers();
}

const platformsOf = ({ platforms = [] }: Worker) =>
  platforms.map(({ os, architecture, variant }) => [os, architecture, variant].filter(Boolean).join('/')).join(', ');

export const listBuilders = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    builder: builderFlag(),
    format: string("Form of the output: table or 'json'"),
    'no-trunc': bool('Do not shorten anything'),
  },
  async run(context, { flags }) {
    const name = context.contextName;
    const workers = await readWorkers(context);
    if (flags.format === 'json') {
      const nodes = workers.map(worker => ({
        ...{ Name: name, Endpoint: name, Status: 'running', Version: worker.buildkitVersion?.version },
        ...{ IDs: [worker.id], Platforms: platformsOf(worker).split(', ') },
      }));
      await context.print(
        `${JSON.stringify({ Current: true, Driver: 'docker', Dynamic: false, Name: name, Nodes: nodes })}\n`,
      );
      return 0;
    }
    const rows = workers.map(worker =>
      [` \\_ ${name}`, ` \\_ ${name}`, 'running', worker.buildkitVersion?.version ?? '', platformsOf(worker)].join(
        '\t',
      ),
    );
    const lines = ['NAME/NODE\tDRIVER/ENDPOINT\tSTATUS\tBUILDKIT\tPLATFORMS', `${name}*\tdocker\t\t\t`, ...rows];
    await context.print(
      alignColumns(lines)
        .map(line => `${line}\n`)
        .join(''),
    );
    return 0;
  },
});

export const inspectBuilder = command({
  usage: '[NAME]',
  args: atMost(1),
  flags: { bootstrap: bool('Taken and without effect: it runs'), builder: builderFlag() },
  async run(context, { flags, args }) {
    checkBuilder(args[0] ?? flags.builder, context);
    const name = context.contextName;
    const workers = await readWorkers(context);
    const nodes = workers.flatMap(worker => nodeLines(name, worker));
    const lines = [
      ...fields(
        [
          ['Name', name],
          ['Driver', 'docker'],
        ],
        14,
      ),
      '',
      'Nodes:',
      ...nodes,
    ];
    await context.print(`${lines.join('\n')}\n`);
    return 0;
  },
});

function nodeLines(name: string, worker: Worker): string[] {
  const { labels = {}, gcPolicy = [], buildkitVersion } = worker;
  return [
    ...fields(
      [
        ['Name', name],
        ['Endpoint', name],
        ['Status', 'running'],
        ['BuildKit version', buildkitVersion?.version ?? ''],
        ['Platforms', platformsOf(worker)],
      ],
      18,
    ),
    'Labels:',
    ...Object.entries(labels).map(([key, value]) => ` ${key}: ${value}`),
    ...gcPolicy.flatMap(policyLines),
  ];
}

function policyLines(policy: Partial<GcPolicy>, number: number): string[] {
  const { all = false, filters = [], keepDuration = 0, reservedSpace = 0, maxUsedSpace = 0, minFreeSpace = 0 } = policy;
  const space = (title: string, size: number): [string, string][] => (size > 0 ? [[title, bytesSize(size)]] : []);
  const known: [string, string][] = [
    ['All', String(all)],
    ...(filters.length > 0 ? ([['Filters', filters.join(',')]] as [string, string][]) : []),
    ...(keepDuration > 0 ? ([['Keep Duration', formatDuration(keepDuration)]] as [string, string][]) : []),
    ...space('Reserved Space', reservedSpace),
    ...space('Max Used Space', maxUsedSpace),
    ...space('Min Free Space', minFreeSpace),
  ];
  return [`GC Policy rule#${number}:`, ...fields(known, 16).map(line => ` ${line}`)];
}

function fields(pairs: readonly [string, string][], width: number): string[] {
  return pairs.map(([title, value]) => `${`${title}:`.padEnd(width)} ${value}`);
}
