// What the floor above says about a container, in plain words of the OCI world.

import type { IdMap } from '../../lib/id-map.ts';
import type { OciBlockIo, OciDevice, OciDeviceRule, OciHooks, OciRlimit, OciSeccomp } from '../../oci/runtime-spec.ts';

/** `new`: one of its own; `host`: the host's; anything else is the path of a namespace file to join. With another's
 * ipc namespace its /dev/shm must be among `mounts`. */
export type NamespaceChoice = string;

/** Order is kept: a later mount may lie inside an earlier one. */
export interface MountSpec {
  kind: 'bind' | 'tmpfs';
  /** Host path; unused for tmpfs. */
  source?: string;
  destination: string;
  readonly?: boolean;
  /** Leave mounts below a read-only bind as they are. */
  readonlyNonRecursive?: boolean;
  /** Bind only: default `rprivate`. */
  propagation?: 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave';
  /** Bind only: do not take the mounts below the source. */
  nonRecursive?: boolean;
  /** Further mount(8) options, e.g. `size=64m`, `mode=1777`, `noexec`. */
  options?: string[];
}

/** Bytes, microseconds and shares as the kernel counts them; absent means no limit. `memorySwap` is memory + swap. */
export interface ResourceLimits {
  memory?: number;
  memoryReservation?: number;
  memorySwap?: number;
  memorySwappiness?: number;
  kernelMemoryTcp?: number;
  oomKillDisable?: boolean;
  cpuShares?: number;
  cpuQuota?: number;
  cpuPeriod?: number;
  cpuRealtimePeriod?: number;
  cpuRealtimeRuntime?: number;
  /** CPUs as on `--cpus`: turned into quota over a period of 100 ms. */
  cpus?: number;
  cpusetCpus?: string;
  cpusetMems?: string;
  /** 0 or -1 is unlimited. */
  pidsLimit?: number;
  blockIo?: OciBlockIo;
  unified?: Record<string, string>;
}

interface UserSpec {
  uid: number;
  gid: number;
  additionalGids?: number[];
  umask?: number;
}

export interface SpecInput {
  rootfs: string;
  readonlyRootfs?: boolean;
  args: string[];
  env: string[];
  cwd: string;
  user: UserSpec;
  tty: boolean;
  consoleSize?: { columns: number; rows: number };
  hostname?: string;
  domainname?: string;
  namespaces: {
    network: NamespaceChoice;
    pid: NamespaceChoice;
    ipc: NamespaceChoice;
    uts: NamespaceChoice;
    /** Default: `new` on a v2 host, `host` otherwise, as Docker does. */
    cgroup?: NamespaceChoice;
    /** Its map; `path` of the namespace of another container that is to be joined, which has the same. */
    user?: { ids: IdMap; path?: string | undefined } | undefined;
  };
  mounts: MountSpec[];
  /** Default: Docker's lists; [] unmasks everything. */
  maskedPaths?: string[];
  readonlyPaths?: string[];
  /** Full names, as `resolveCapabilities` gives them. */
  capabilities: string[];
  privileged?: boolean;
  noNewPrivileges?: boolean;
  /** Default: only a privileged container whose root is writable may change its groups. */
  writableCgroups?: boolean;
  seccomp?: SeccompChoice;
  devices?: OciDevice[];
  deviceRules?: OciDeviceRule[];
  sysctls?: Record<string, string>;
  rlimits?: OciRlimit[];
  oomScoreAdj?: number;
  /** Bytes; default 64 MiB; 0 for none at all. */
  shmSize?: number;
  cgroupPath: string;
  resources?: ResourceLimits;
  annotations?: Record<string, string>;
  hooks?: OciHooks;
  /** Host path of an init (tini) to put in front of `args`. */
  init?: string;
  rootfsPropagation?: string;
  apparmorProfile?: string;
}

/** `default`: Docker's profile; an object: a profile in Docker's or the OCI's form, already parsed. */
type SeccompChoice = 'default' | 'unconfined' | SeccompProfile | OciSeccomp;

/** A seccomp profile in Docker's own JSON form: rules with conditions on capabilities, architecture and kernel. */
export interface SeccompProfile {
  defaultAction: OciSeccomp['defaultAction'];
  defaultErrnoRet?: number;
  archMap?: { architecture: string; subArchitectures?: string[] | null }[];
  architectures?: string[];
  flags?: string[];
  listenerPath?: string;
  listenerMetadata?: string;
  syscalls?: SeccompProfileRule[];
}

export interface SeccompProfileRule {
  name?: string;
  names?: string[];
  action: OciSeccomp['defaultAction'];
  errnoRet?: number;
  args?: NonNullable<OciSeccomp['syscalls']>[number]['args'] | null;
  comment?: string;
  includes?: SeccompFilter;
  excludes?: SeccompFilter;
}

export interface SeccompFilter {
  caps?: string[];
  arches?: string[];
  /** `major.minor`: the running kernel must be at least this. */
  minKernel?: string;
}

/** What the spec needs to know of the machine; `describeHost` reads it from the kernel. */
export interface SpecHost {
  cgroupVersion: 1 | 2;
  /** `major.minor…` as uname gives it. */
  kernelVersion: string;
  /** Go's architecture names. */
  architecture: string;
  seccomp: boolean;
  /** What the daemon itself holds, and so the most that it can give: `available` of `resolveCapabilities`. */
  capabilities: string[];
  /** Hard limits that may not be exceeded, by `RLIMIT_*`; empty when the daemon may raise them. */
  rlimitCeilings: Record<string, number>;
  /** All devices under the host's /dev, for privileged containers. */
  hostDevices: () => OciDevice[];
}
