// `docker ps`.

import type { Filters } from '../../../api/codecs.ts';
import type { ContainerSummary } from '../../../api/types/containers.ts';
import type { Engine } from '../../engine.ts';
import { namesOf } from '../links/links.ts';
import type { Container } from '../state/container.ts';
import { containerFilter } from './filter.ts';
import { containerSizes } from './inspect.ts';
import { describeMounts } from './mount-points.ts';
import { describeNetworks, summarisePorts } from './network-settings.ts';
import { describeStatus } from './status.ts';

interface ListOptions {
  all?: boolean;
  limit?: number;
  size?: boolean;
  filters?: Filters;
}

/** Newest first. Only running ones, unless `all`, a limit or the filter `status` asks for others. */
export async function listContainers(engine: Engine, options: ListOptions): Promise<ContainerSummary[]> {
  const filters = options.filters ?? {};
  const chosen = containerFilter(engine, filters);
  const limit = options.limit && options.limit > 0 ? options.limit : undefined;
  const all = options.all || limit !== undefined || 'status' in filters;
  const found = [...engine.containers.all()].filter(container => (all || container.state.Running) && chosen(container));
  found.sort((a, b) => (a.record.created < b.record.created ? 1 : -1));
  const shown = { size: options.size === true, findImage: remembering(name => engine.images.findId(name)) };
  return Promise.all(found.slice(0, limit).map(container => summarise(engine, container, shown)));
}

interface Shown {
  size: boolean;
  /** Id of the image of this name. */
  findImage: FindImage;
}

type FindImage = (name: string) => string | undefined;

/** Hundreds of containers have a handful of images. */
function remembering(find: FindImage): FindImage {
  const known = new Map<string, string | undefined>();
  return name => {
    if (!known.has(name)) known.set(name, find(name));
    return known.get(name);
  };
}

async function summarise(engine: Engine, container: Container, shown: Shown): Promise<ContainerSummary> {
  const { record } = container;
  return {
    Id: record.id,
    Names: namesOf(engine, container),
    Image: imageName(shown.findImage, container),
    ImageID: record.imageId,
    Command: [record.path, ...record.args].map(quoteWord).join(' '),
    Created: Math.floor(Date.parse(record.created) / 1000),
    Ports: summarisePorts(engine, container),
    ...(shown.size ? await sizes(engine, container) : {}),
    Labels: record.config.Labels ?? {},
    State: record.state.Status,
    Status: describeStatus(container),
    HostConfig: {
      NetworkMode: record.hostConfig.NetworkMode ?? '',
      ...(record.hostConfig.Annotations && { Annotations: record.hostConfig.Annotations }),
    },
    NetworkSettings: { Networks: describeNetworks(engine, container) },
    Mounts: describeMounts(container),
  };
}

/** Without a zero, as Docker's list has it, unlike its inspect. */
async function sizes(engine: Engine, container: Container) {
  const { SizeRw, SizeRootFs } = await containerSizes(engine, container);
  return { ...(SizeRw > 0 && { SizeRw }), SizeRootFs };
}

/** The name used at creation, as long as it still means that image; one made from nothing has no other. */
function imageName(findImage: FindImage, { record }: Container): string {
  const { imageName: name, imageId } = record;
  return !imageId || findImage(name) === imageId ? name : imageId;
}

/** As Docker quotes a command line for people. */
function quoteWord(word: string, position: number): string {
  if (position === 0 || !word.includes(' ')) return word;
  return `'${word.replaceAll("'", "\\'")}'`;
}
