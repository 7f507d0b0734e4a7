// What takes room, a row for each kind of thing.

import type { SystemDataUsageResponse } from '../../api/types/system.ts';
import { type GoStruct, goType } from '../../lib/template/values.ts';
import { humanSize } from '../../lib/text/units.ts';

/** The heads of the columns. */
export const summaryHeaders = {
  Type: 'TYPE',
  TotalCount: 'TOTAL',
  Active: 'ACTIVE',
  Size: 'SIZE',
  Reclaimable: 'RECLAIMABLE',
};

interface Summary {
  type: string;
  /** How Docker's program calls it, which its complaints about templates show. */
  goName: string;
  total: number;
  active: number;
  /** Bytes. */
  size: number;
  /** Bytes that nothing uses. */
  free: number;
  /** Whether the share of them is told. */
  share: boolean;
}

/** Images, containers, volumes and build cache, in this order. */
export function summaryRows(usage: SystemDataUsageResponse): GoStruct[] {
  return [images(usage), containers(usage), volumes(usage), buildCache(usage)].map(toRow);
}

/** Bytes of the build cache that count: a shared record is the image's. */
export function buildCacheSize({ BuildCache }: SystemDataUsageResponse): number {
  return (BuildCache ?? []).reduce((sum, { Shared, Size }) => sum + (Shared ? 0 : Size), 0);
}

/** A layer used by any container is in use; what images share is counted as free only with the last of them. */
function images({ Images, LayersSize }: SystemDataUsageResponse): Summary {
  const used = (Images ?? []).filter(({ Containers }) => Containers > 0);
  const needed = used.reduce((sum, image) => sum + (image.SharedSize < 0 ? 0 : image.Size - image.SharedSize), 0);
  const common = { type: 'Images', goName: 'Images', total: Images?.length ?? 0, active: used.length };
  return { ...common, size: LayersSize, free: LayersSize - needed, share: true };
}

function containers({ Containers }: SystemDataUsageResponse): Summary {
  const all = Containers ?? [];
  const runs = ({ State }: { State: string }) => ['running', 'paused', 'restarting'].includes(State);
  const sum = (some: typeof all) => some.reduce((total, { SizeRw = 0 }) => total + SizeRw, 0);
  const common = { type: 'Containers', goName: 'Containers', total: all.length, active: all.filter(runs).length };
  return { ...common, size: sum(all), free: sum(all.filter(container => !runs(container))), share: true };
}

function volumes({ Volumes }: SystemDataUsageResponse): Summary {
  const all = (Volumes ?? []).map(({ UsageData }) => UsageData ?? { RefCount: 0, Size: 0 });
  const sum = (some: typeof all) => some.reduce((total, { Size }) => total + Math.max(0, Size), 0);
  const common = {
    type: 'Local Volumes',
    goName: 'Volumes',
    total: all.length,
    active: all.filter(({ RefCount }) => RefCount > 0).length,
  };
  return { ...common, size: sum(all), free: sum(all.filter(({ RefCount }) => RefCount === 0)), share: true };
}

function buildCache(usage: SystemDataUsageResponse): Summary {
  const all = usage.BuildCache ?? [];
  const used = all.filter(({ InUse }) => InUse);
  const size = buildCacheSize(usage);
  const needed = used.reduce((sum, { Shared, Size }) => sum + (Shared ? 0 : Size), 0);
  return {
    type: 'Build Cache',
    goName: 'Builder',
    total: all.length,
    active: used.length,
    size,
    free: size - needed,
    share: false,
  };
}

function toRow({ type, goName, total, active, size, free, share }: Summary): GoStruct {
  const percent = share && size > 0 ? ` (${Math.trunc((free * 100) / size)}%)` : '';
  return {
    [goType]: `*formatter.diskUsage${goName}Context`,
    Active: () => String(active),
    Reclaimable: () => `${humanSize(free)}${percent}`,
    Size: () => humanSize(size),
    TotalCount: () => String(total),
    Type: () => type,
  };
}
