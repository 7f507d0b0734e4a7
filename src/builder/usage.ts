// What the build cache holds, and what is asked of a prune.

/** Docker's kinds of cache records. */
type CacheKind = 'internal' | 'frontend' | 'source.local' | 'source.git.checkout' | 'exec.cachemount' | 'regular';

/** One record. Sizes in bytes, of what the record adds to its parents. */
export interface CacheUsage {
  readonly id: string;
  readonly parents: readonly string[];
  readonly kind: CacheKind;
  readonly description: string;
  readonly inUse: boolean;
  /** An image has its layer, too: pruning it frees nothing. */
  readonly shared: boolean;
  readonly size: number;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
  readonly usageCount: number;
}

/** Without limits everything goes that nothing uses and that is not internal. */
export interface PruneOptions {
  /** Internal records and cache mounts, and what images share, too. */
  readonly all?: boolean;
  /** `until=24h`, `unused-for`, `id`, `parent`, `type`, `description` (each also with `~` or `!`), `inuse`, `shared`, `private`, `mutable`, `immutable`. */
  readonly filters?: Readonly<Record<string, readonly string[]>>;
  /** Bytes that may stay: the least recently used go first, until it is no more than this. */
  readonly reservedSpace?: number;
  readonly maxUsedSpace?: number;
  readonly minFreeSpace?: number;
}

export interface PruneResult {
  readonly deleted: readonly CacheUsage[];
  /** Bytes. */
  readonly reclaimed: number;
}
