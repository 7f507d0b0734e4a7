// `docker volume`: list, create, inspect, rm and prune.

import type { Filters } from '../../api/codecs.ts';
import type {
  VolumeCreateOptions,
  VolumeListResponse,
  VolumePruneResponse,
  Volume as WireVolume,
} from '../../api/types/volumes.ts';
import { conflict, errorMessage, invalid } from '../../lib/errors.ts';
import type { Volume } from '../../volumes/index.ts';
import { hasLabel, truth } from '../containers/views/filter.ts';
import type { Engine } from '../engine.ts';
import { publishVolumeEvent } from './volume-events.ts';

/** What Docker marks the volumes with that were given no name. */
export const anonymousLabel = 'com.docker.volume.anonymous';

type Rooms = Pick<Engine, 'volumes' | 'containers' | 'events' | 'host'>;

/** Sorted by name. */
export function listVolumes(engine: Rooms, filters: Filters): VolumeListResponse {
  const chosen = volumeFilter(engine, filters);
  const volumes = engine.volumes
    .list()
    .filter(chosen)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { Volumes: volumes.map(toWire), Warnings: null };
}

/** The existing one when the name is known already. */
export function createVolume(engine: Rooms, options: VolumeCreateOptions): WireVolume {
  if (options.ClusterVolumeSpec) throw invalid('cluster volumes need a swarm');
  const existing = options.Name ? engine.volumes.find(options.Name) : undefined;
  const volume =
    existing ??
    engine.volumes.create({
      name: options.Name || undefined,
      driver: options.Driver || undefined,
      options: options.DriverOpts ?? undefined,
      labels: options.Name ? (options.Labels ?? undefined) : { ...options.Labels, [anonymousLabel]: '' },
      anonymous: !options.Name,
    });
  if (!existing) publishVolumeEvent(engine, 'create', volume);
  return toWire(volume);
}

/** Throws not-found. */
export function inspectVolume(engine: Rooms, name: string): WireVolume {
  return toWire(engine.volumes.get(name));
}

/** Throws `conflict` while a container, running or not, mounts it. */
export async function removeVolume(engine: Rooms, name: string, force: boolean): Promise<void> {
  const volume = engine.volumes.find(name);
  if (!volume && force) return;
  const users = engine.containers.usersOfVolume(name);
  if (users.length > 0) {
    throw conflict(`remove ${name}: volume is in use - [${users.map(container => container.id).join(', ')}]`);
  }
  const { driver } = engine.volumes.get(name);
  await engine.volumes.remove(name, { force });
  publishVolumeEvent(engine, 'destroy', { name, driver });
}

/** Unused anonymous volumes; with the filter `all`, unused named ones too. */
export async function pruneVolumes(
  engine: Rooms & Pick<Engine, 'logger'>,
  filters: Filters,
): Promise<VolumePruneResponse> {
  const { all: allValues, ...others } = filters;
  const all = isAll(allValues);
  const chosen = volumeFilter(engine, others);
  const removed: string[] = [];
  let reclaimed = 0;
  for (const volume of engine.volumes.list()) {
    if ((!all && !volume.anonymous) || !chosen(volume) || engine.containers.usersOfVolume(volume.name).length > 0)
      continue;
    try {
      const size = await engine.host.diskUsage(volume.mountpoint);
      await removeVolume(engine, volume.name, false);
      removed.push(volume.name);
      reclaimed += size;
    } catch (error) {
      // Used or removed by somebody else meanwhile, or not to be had: the others go all the same.
      engine.logger.warn('volume not pruned', { volume: volume.name, error: errorMessage(error) });
    }
  }
  engine.events.publish({ Type: 'volume', Action: 'prune', id: '', attributes: { reclaimed: String(reclaimed) } });
  return { VolumesDeleted: removed, SpaceReclaimed: reclaimed };
}

function isAll(values: readonly string[] = []): boolean {
  const [value = 'false'] = values;
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw invalid(`invalid filter 'all': strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
}

function toWire(volume: Volume): WireVolume {
  const some = (record: Record<string, string>) => (Object.keys(record).length > 0 ? record : null);
  return {
    CreatedAt: volume.createdAt,
    Driver: volume.driver,
    Labels: some(volume.labels),
    Mountpoint: volume.mountpoint,
    Name: volume.name,
    Options: some(volume.options),
    Scope: 'local',
  };
}

function volumeFilter(engine: Pick<Engine, 'containers'>, filters: Filters): (volume: Volume) => boolean {
  const tests = Object.entries(filters).map(([key, values]) => {
    switch (key) {
      case 'name':
        return (volume: Volume) => values.some(value => volume.name.includes(value));
      case 'driver':
        return (volume: Volume) => values.includes(volume.driver);
      case 'label':
        return (volume: Volume) => values.every(value => hasLabel(volume.labels, value));
      case 'label!':
        return (volume: Volume) => !values.some(value => hasLabel(volume.labels, value));
      case 'dangling': {
        const wanted = truth('dangling', values);
        return (volume: Volume) => (engine.containers.usersOfVolume(volume.name).length === 0) === wanted;
      }
      default:
        throw invalid(`invalid filter '${key}'`);
    }
  });
  return volume => tests.every(test => test(volume));
}
