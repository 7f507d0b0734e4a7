// `docker system df`: what images, containers and volumes take, and how much of it would come free.

import type { SystemDataUsageResponse } from '../../api/types/system.ts';
import type { Volume } from '../../api/types/volumes.ts';
import { maximumVersion } from '../../api/versions.ts';
import { invalid } from '../../lib/errors.ts';
import { listContainers } from '../containers/views/list.ts';
import type { Engine } from '../engine.ts';
import { layerSizes, totalSize } from '../images/layer-sizes.ts';
import { listImages, type VersionedSummary } from '../images/views/list.ts';
import { listVolumes } from '../volumes/volumes.ts';

const kinds = ['container', 'image', 'volume', 'build-cache'];

/** Sizes in bytes. Only of the kinds in `types`, the others are null; of all without any. Throws `invalid` for others. */
export async function measureDiskUsage(
  engine: Engine,
  { types = [], version = maximumVersion }: { types?: string[] | undefined; version?: string } = {},
): Promise<Omit<SystemDataUsageResponse, 'Images'> & { Images: VersionedSummary[] | null }> {
  const unknown = types.find(type => !kinds.includes(type));
  if (unknown !== undefined) throw invalid(`unknown object type: ${unknown}`);
  const wanted = (kind: string) => types.length === 0 || types.includes(kind);
  const sizes = layerSizes(engine.images.list());
  return {
    LayersSize: wanted('image') ? totalSize(sizes) : 0,
    Images: wanted('image')
      ? await listImages(engine, { 'shared-size': true, 'container-count': true, version })
      : null,
    Containers: wanted('container') ? await listContainers(engine, { all: true, size: true }) : null,
    Volumes: wanted('volume') ? await measureVolumes(engine) : null,
    BuildCache: wanted('build-cache') ? [] : null,
  };
}

async function measureVolumes(engine: Engine): Promise<Volume[]> {
  const users = countVolumeUsers(engine);
  const measured: Volume[] = [];
  for (const volume of listVolumes(engine, {}).Volumes ?? []) {
    // One that goes meanwhile takes nothing.
    const size = await engine.host.diskUsage(volume.Mountpoint).catch(() => 0);
    measured.push({ ...volume, UsageData: { RefCount: users.get(volume.Name) ?? 0, Size: size } });
  }
  return measured;
}

/** Containers by volume, counted in one walk. */
function countVolumeUsers(engine: Pick<Engine, 'containers'>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { record } of engine.containers.all()) {
    const names = record.mounts.flatMap(mount => (mount.type === 'volume' && mount.name ? [mount.name] : []));
    for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
