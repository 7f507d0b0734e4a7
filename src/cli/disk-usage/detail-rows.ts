// Every single thing that takes room, as `system df -v` shows it.

import type { BuildCache } from '../../api/types/build.ts';
import type { ImageSummary } from '../../api/types/images.ts';
import type { SystemDataUsageResponse } from '../../api/types/system.ts';
import { type GoStruct, goType } from '../../lib/template/values.ts';
import { humanDuration } from '../../lib/text/duration.ts';
import { humanSize } from '../../lib/text/units.ts';
import { formatList } from '../output/format-list.ts';
import { containerHeaders, containerRow } from '../output/rows/container-row.ts';
import { imageHeaders, imageRows } from '../output/rows/image-row.ts';
import { volumeHeaders, volumeRow } from '../output/rows/volume-row.ts';
import { formatGoTime } from '../time/format-time.ts';
import { buildCacheSize } from './summary-rows.ts';

const imageTable =
  '{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}';
const containerTable =
  '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}';
const volumeTable = '{{.Name}}\t{{.Links}}\t{{.Size}}';
const cacheTable =
  '{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}';

const cacheHeaders = {
  ID: 'CACHE ID',
  CacheType: 'CACHE TYPE',
  Size: 'SIZE',
  CreatedSince: 'CREATED',
  LastUsedSince: 'LAST USED',
  UsageCount: 'USAGE',
  Shared: 'SHARED',
};

/** The rows of each kind of thing, for templates. */
interface Details {
  Images: GoStruct[];
  Containers: GoStruct[];
  Volumes: GoStruct[];
  BuildCache: GoStruct[];
}

/** `now` in milliseconds; with `truncate`, short IDs. */
export function detailRows(usage: SystemDataUsageResponse, options: { truncate: boolean; now: number }): Details {
  return {
    Images: (usage.Images ?? []).flatMap(image => diskImageRows(image, options)),
    // Only what a container has written itself: the size of its image is told above.
    Containers: (usage.Containers ?? []).map(container => containerRow({ ...container, SizeRootFs: 0 }, options)),
    Volumes: (usage.Volumes ?? []).map(volumeRow),
    BuildCache: (usage.BuildCache ?? []).map(cache => cacheRow(cache, options)),
  };
}

/** A table for each kind of thing under a title of its own. */
export function detailTables(usage: SystemDataUsageResponse, now: number): string {
  const rows = detailRows(usage, { truncate: true, now });
  const table = (some: GoStruct[], template: string, headers: Record<string, string>) =>
    formatList(some, { format: '', table: template, headers });
  return [
    `Images space usage:\n\n${table(rows.Images, imageTable, imageHeaders)}`,
    `Containers space usage:\n\n${table(rows.Containers, containerTable, containerHeaders)}`,
    `Local Volumes space usage:\n\n${table(rows.Volumes, volumeTable, volumeHeaders)}`,
    `Build cache usage: ${humanSize(buildCacheSize(usage))}\n\n${table(rows.BuildCache, cacheTable, cacheHeaders)}`,
  ].join('\n');
}

/** One row an image, by the first of its names. */
function diskImageRows(image: ImageSummary, options: { truncate: boolean; now: number }): GoStruct[] {
  const named = { ...image, RepoTags: (image.RepoTags ?? []).slice(0, 1), RepoDigests: [] };
  return imageRows(named, { ...options, digests: false }).map(row => ({ ...row, Digest: () => '' }));
}

function cacheRow(cache: BuildCache, { truncate, now }: { truncate: boolean; now: number }): GoStruct {
  const since = (time: string | null) => (time ? `${humanDuration(now - Date.parse(time))} ago` : '');
  return {
    [goType]: '*formatter.buildCacheContext',
    CacheType: () => cache.Type,
    CreatedAt: () => formatGoTime(Date.parse(cache.CreatedAt)),
    CreatedSince: () => since(cache.CreatedAt),
    Description: () => cache.Description,
    ID: () => `${truncate ? cache.ID.slice(0, 12) : cache.ID}${cache.InUse ? '*' : ''}`,
    InUse: () => String(cache.InUse),
    LastUsedAt: () => (cache.LastUsedAt ? formatGoTime(Date.parse(cache.LastUsedAt)) : ''),
    LastUsedSince: () => since(cache.LastUsedAt),
    Parent: () => (cache.Parents ?? []).join(', '),
    Shared: () => String(cache.Shared),
    Size: () => humanSize(cache.Size, 3),
    UsageCount: () => String(cache.UsageCount),
  };
}
