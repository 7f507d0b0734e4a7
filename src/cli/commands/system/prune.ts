// `system prune`: everything that nothing uses, one kind of thing after the other.

import { addFilter, type Filters } from '../../../lib/filters.ts';
import { humanSize } from '../../../lib/text/units.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';
import { confirm } from '../confirm.ts';
import { filterFlag } from '../flags.ts';
import { imageLine } from '../prune.ts';

interface Choice {
  all: boolean;
  volumes: boolean;
  filters: Filters;
}

/** What was removed, under its title, and the bytes that freed. */
interface Pruned {
  title: string;
  lines: readonly string[] | null;
  space: number;
}

export const pruneSystem = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    all: bool('Remove all images no container uses, not only those without a name', { short: 'a' }),
    filter: filterFlag('Remove only what fits (e.g. "label=<key>=<value>")', {}),
    force: bool('Do not ask', { short: 'f' }),
    volumes: bool('Remove anonymous volumes too'),
  },
  async run(context, { flags }) {
    const choice = { ...flags, filters: flags.filter.reduce(addFilter, {}) };
    if (flags.volumes && choice.filters.until) {
      throw new ExitError(1, 'ERROR: The "until" filter is not supported with "--volumes"');
    }
    if (!flags.force) {
      await confirm(context, `${warning(choice, flags.filter)}\nAre you sure you want to continue?`);
    }
    let space = 0;
    for (const prune of [pruneContainers, pruneNetworks, pruneVolumes, pruneImages, pruneBuildCache]) {
      const pruned = await prune(context, choice);
      space += pruned?.space ?? 0;
      if (pruned?.lines?.length) await context.print(`Deleted ${pruned.title}:\n${pruned.lines.join('\n')}\n\n`);
    }
    await context.print(`Total reclaimed space: ${humanSize(space)}\n`);
    return 0;
  },
});

function warning({ all, volumes }: Choice, filters: readonly string[]): string {
  const kinds = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images',
    all ? 'all build cache' : 'unused build cache',
  ];
  const list = (lines: readonly string[]) => lines.map(line => `  - ${line}\n`).join('');
  const restricted = filters.length > 0 ? `\n  Items to be pruned will be filtered with:\n${list(filters)}` : '';
  return `WARNING! This will remove:\n${list(kinds)}${restricted}`;
}

async function pruneContainers({ client }: Context, { filters }: Choice): Promise<Pruned> {
  const result = await client.call('ContainerPrune', { query: { filters } });
  return { title: 'Containers', lines: result.ContainersDeleted, space: result.SpaceReclaimed };
}

async function pruneNetworks({ client }: Context, { filters }: Choice): Promise<Pruned> {
  const result = await client.call('NetworkPrune', { query: { filters } });
  return { title: 'Networks', lines: result.NetworksDeleted, space: 0 };
}

async function pruneVolumes({ client }: Context, { volumes, filters }: Choice): Promise<Pruned | undefined> {
  if (!volumes) return undefined;
  const result = await client.call('VolumePrune', { query: { filters } });
  return { title: 'Volumes', lines: result.VolumesDeleted, space: result.SpaceReclaimed };
}

async function pruneImages({ client }: Context, { all, filters }: Choice): Promise<Pruned> {
  const result = await client.call('ImagePrune', { query: { filters: { ...filters, dangling: [String(!all)] } } });
  return { title: 'Images', lines: (result.ImagesDeleted ?? []).map(imageLine), space: result.SpaceReclaimed };
}

async function pruneBuildCache({ client }: Context, { all, filters }: Choice): Promise<Pruned> {
  const result = await client.call('BuildPrune', { query: { ...(all && { all }), filters } });
  return { title: 'build cache objects', lines: result.CachesDeleted, space: result.SpaceReclaimed };
}
