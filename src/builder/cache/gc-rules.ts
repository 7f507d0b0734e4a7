// What of the build cache goes by itself, in BuildKit's terms.

/** Of what passes `filters`, the least recently used go first. Zero is no limit; without any, all go that are old enough. */
export interface GcRule {
  /** What images share and internal records, too. */
  readonly all: boolean;
  /** `type=regular`, `unused-for=48h`; of several types one is enough. */
  readonly filters: readonly string[];
  /** Milliseconds since their last use. */
  readonly keepDuration: number;
  /** Bytes that the cache may have in any case. */
  readonly reservedSpace: number;
  /** Bytes that it may have at most. */
  readonly maxUsedSpace: number;
  /** Bytes of the disk that must be free, as long as the cache has more than its reserve. */
  readonly minFreeSpace: number;
}

const hour = 60 * 60 * 1000;
/** Parts of the disk, as BuildKit's defaults are. */
const parts = { reserved: 0.1, maximum: 0.6, free: 0.2 };
/** Of the reserve, what files of clients, cache mounts and checkouts may have together when they are not new. */
const temporary = 0.14;

/** The rules where nobody says any; `disk`, and the reserve if it is given, in bytes. */
export function defaultRules(disk: number, reserve?: number): GcRule[] {
  const reservedSpace = Math.round(reserve ?? disk * parts.reserved);
  const limits = {
    reservedSpace,
    maxUsedSpace: Math.max(reservedSpace, Math.round(disk * parts.maximum)),
    minFreeSpace: Math.round(disk * parts.free),
  };
  const none = { reservedSpace: 0, maxUsedSpace: 0, minFreeSpace: 0 };
  return [
    {
      ...{ ...none, all: false, maxUsedSpace: Math.round(reservedSpace * temporary), keepDuration: 48 * hour },
      filters: ['type=source.local', 'type=exec.cachemount', 'type=source.git.checkout'],
    },
    { ...none, all: true, filters: [], keepDuration: 60 * 24 * hour },
    { ...limits, all: false, filters: [], keepDuration: 0 },
    { ...limits, all: true, filters: [], keepDuration: 0 },
  ];
}

/** The filters of a rule as a prune takes them. */
export function pruneFilters({ filters, keepDuration }: GcRule): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const types: string[] = [];
  for (const filter of filters) {
    const [, name = filter, value = 'true'] = /^([^=]+)==?(.*)$/.exec(filter) ?? [];
    if (name === 'type') types.push(value.replaceAll('.', '\\.'));
    else found[name] = [...(found[name] ?? []), value];
  }
  if (types.length > 0) found['type~'] = [`^(?:${types.join('|')})$`];
  if (keepDuration > 0) found['unused-for'] = [...(found['unused-for'] ?? []), `${keepDuration / 1000}s`];
  return found;
}
