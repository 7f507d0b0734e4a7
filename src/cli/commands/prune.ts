// `container prune`, `image prune`, `volume prune`: removing what nothing uses.

import type { ImageDeleteResponseItem } from '../../api/types/images.ts';
import { addFilter } from '../../lib/filters.ts';
import { humanSize } from '../../lib/text/units.ts';
import { command } from '../command.ts';
import type { Context } from '../context.ts';
import { noArguments } from '../grammar/argument-rule.ts';
import { bool } from '../grammar/flag.ts';
import { confirm } from './confirm.ts';
import { filterFlag } from './flags.ts';

const commonFlags = (example: string) => ({
  filter: filterFlag(`Remove only what fits (e.g. "${example}")`, {}),
  force: bool('Do not ask', { short: 'f' }),
});

export const pruneContainers = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: commonFlags('until=<timestamp>'),
  async run(context, { flags }) {
    await ask(context, flags.force, 'all stopped containers.');
    const filters = flags.filter.reduce(addFilter, {});
    const result = await context.client.call('ContainerPrune', { query: { filters } });
    return await tell(context, { title: 'Containers', lines: result.ContainersDeleted, space: result.SpaceReclaimed });
  },
});

export const pruneImages = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    ...commonFlags('until=<timestamp>'),
    all: bool('Remove all images no container uses, not only those without a name', { short: 'a' }),
  },
  async run(context, { flags }) {
    const what = flags.all ? 'all images without at least one container associated to them.' : 'all dangling images.';
    await ask(context, flags.force, what);
    const filters = [`dangling=${flags.all ? 'false' : 'true'}`, ...flags.filter].reduce(addFilter, {});
    const result = await context.client.call('ImagePrune', { query: { filters } });
    const lines = (result.ImagesDeleted ?? []).map(imageLine);
    return await tell(context, { title: 'Images', lines, space: result.SpaceReclaimed });
  },
});

export const pruneVolumes = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: { ...commonFlags('label=<label>'), all: bool('Remove named volumes too', { short: 'a' }) },
  async run(context, { flags }) {
    const kind = flags.all ? 'all' : 'anonymous';
    await ask(context, flags.force, `${kind} local volumes not used by at least one container.`);
    const filters = [...flags.filter, ...(flags.all ? ['all=true'] : [])].reduce(addFilter, {});
    const result = await context.client.call('VolumePrune', { query: { filters } });
    return await tell(context, { title: 'Volumes', lines: result.VolumesDeleted, space: result.SpaceReclaimed });
  },
});

async function ask(context: Context, force: boolean, what: string): Promise<void> {
  if (!force) await confirm(context, `WARNING! This will remove ${what}\nAre you sure you want to continue?`);
}

/** A step of removing images, as every prune tells it. */
export function imageLine(item: ImageDeleteResponseItem): string {
  return item.Untagged ? `untagged: ${item.Untagged}` : `deleted: ${item.Deleted}`;
}

async function tell(
  context: Context,
  result: { title: string; lines: readonly string[] | null; space: number },
): Promise<number> {
  const { title, lines, space } = result;
  if (lines && lines.length > 0) await context.print(`Deleted ${title}:\n${lines.join('\n')}\n\n`);
  await context.print(`Total reclaimed space: ${humanSize(space)}\n`);
  return 0;
}
