// Control groups: one view of v1, hybrid and v2.

/** `hybrid`: v1 controllers with an empty v2 tree beside them. */
export type CgroupMode = 'v1' | 'hybrid' | 'v2';

export interface BlkioEntry {
  major: number;
  minor: number;
  /** As Docker prints it: v1 `Read` `Write` `Sync` `Async` `Discard` `Total`, v2 `read` `write`. */
  op: string;
  value: number;
}

/** One reading. Counters are since the group was made; what the kernel does not offer is 0, [] or undefined. */
export interface CgroupStats {
  memory: {
    /** Bytes, page cache included. */
    usage: number;
    /** Highest usage; only where the kernel keeps it (v1, v2 from 5.19). */
    maxUsage: number | undefined;
    /** Bytes; undefined = no limit. */
    limit: number | undefined;
    /** Times the limit was hit (v1 only). */
    failures: number | undefined;
    oomKills: number;
    /** memory.stat as it is. */
    stats: Record<string, number>;
  };
  cpu: {
    /** Nanoseconds. */
    total: number;
    user: number;
    kernel: number;
    /** Nanoseconds by processor; v1 only. */
    perCpu: number[];
    periods: number;
    throttledPeriods: number;
    throttledTime: number;
  };
  /** `limit` undefined = none. `refusals`: how often that kept a process from being made. */
  pids: { current: number; limit: number | undefined; refusals: number };
  blkio: { serviceBytes: BlkioEntry[]; serviced: BlkioEntry[] };
}

/** A limit that can be taken away again: of processes, or of CPU time in a period. */
export type LiftableLimit = 'pids' | 'cpuQuota';

/** `path` is the `cgroupsPath` of an OCI spec for the cgroupfs driver: `/berth/<id>`, from each hierarchy's root. */
export interface Cgroups {
  mode(): CgroupMode;
  /** The generation containers see: 1 for v1 and hybrid. */
  version(): 1 | 2;
  /** Usable controllers: `memory`, `cpu`, `pids`, ... (v1's `blkio` is called `blkio`, v2's `io`). */
  controllers(): string[];
  /** Whether swap can be limited: a kernel may be built or booted without it. */
  swapAccounting(): boolean;
  /** Whether groups can be given weights of block I/O. */
  blkioWeight(): boolean;
  /** Throws SystemCallError ENOENT when the group is gone. */
  stats(path: string): CgroupStats;
  /**
   * Says that a process will soon be moved into a group. On v1 such a move waits about 10 ms for an RCU grace period
   * (cgroup_threadgroup_rwsem, kernel/rcu/sync.c), unless another move was a moment ago: this makes one, of this process
   * into the group it is in, off this thread. Never rejects; one at a time is enough.
   */
  anticipateMove(): Promise<void>;
  /** In any hierarchy. */
  exists(path: string): boolean;
  /**
   * rmdir in every hierarchy at once, leaves first, off this thread: the kernel takes milliseconds for each. A group
   * with processes rejects with SystemCallError EBUSY, none is fine.
   */
  remove(path: string): Promise<void>;
  /** Names of the groups below `parent`, over all hierarchies; empty if there is no such group. */
  list(parent: string): string[];
  /** Processes of the group and of those below it. */
  processes(path: string): number[];
  /** Takes a limit off a group. Throws SystemCallError, ENOENT when the group or its controller is not there. */
  lift(path: string, limit: LiftableLimit): void;
  /** Whether its processes are frozen, or about to be; false when it is gone. */
  frozen(path: string): boolean;
}
