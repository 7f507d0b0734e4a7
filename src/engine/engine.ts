// What every use-case of the engine works on: the rooms below, the live state, and a few facts of the machine.

import type { Registries } from '../distribution/index.ts';
import type { Images } from '../images/index.ts';
import type { KeyedMutex } from '../lib/concurrency/keyed-mutex.ts';
import type { IdMap, Owner } from '../lib/id-map.ts';
import type { Logger } from '../lib/logger.ts';
import type { Logs } from '../logs/index.ts';
import type { Networks } from '../networks/index.ts';
import type { ResolvedUser, Runtime, SpecHost, SpecInput } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import type { Volumes } from '../volumes/index.ts';
import type { ContainerRegistry } from './containers/state/container-registry.ts';
import type { EventLog } from './events/event-log.ts';
import type { ExecRegistry } from './exec/exec-registry.ts';

/** What the daemon's configuration means to the engine. */
export interface EngineConfig {
  /** Stable id of this engine (a UUID), shown by `info`. */
  id: string;
  /** Host name. */
  name: string;
  version: string;
  commit: string;
  buildTime: string;
  dataRoot: string;
  execRoot: string;
  runtimes: Record<string, { path: string; args?: string[] }>;
  defaultRuntime: string;
  logDriver: string;
  logOptions: Record<string, string>;
  labels: string[];
  debug: boolean;
  /** Host path of the init put in front of a container's process by `--init`; undefined when none was found. */
  initPath: string | undefined;
  /** Parent cgroup of containers, as Docker's `--cgroup-parent`. */
  cgroupParent: string;
  shmSize: number;
  /** Seconds between the stop signal and SIGKILL. */
  stopTimeout: number;
  dns: string[];
  dnsSearch: string[];
  dnsOptions: string[];
  init: boolean;
  /** Those of the daemon itself, on its way to registries; empty where there is none. */
  proxies: { http: string; https: string; no: string };
  /** What containers get that say nothing of it. */
  defaults: ContainerDefaults;
  /** Clients that can choose are told to build by BuildKit's protocol. */
  buildkit: boolean;
  /** Users of containers are these of the host, but for `--userns host`; undefined when users are not remapped. */
  ids: IdMap | undefined;
}

/** Defaults of containers that the daemon's configuration may change. */
export interface ContainerDefaults {
  ulimits: readonly Ulimit[];
  ipcMode: 'private' | 'shareable';
  /** Undefined: private with cgroup v2, host otherwise. */
  cgroupnsMode: 'host' | 'private' | undefined;
  noNewPrivileges: boolean;
  /** `name` is what `info` shows: `builtin`, `unconfined` or the path of the file. */
  seccomp: { name: string; profile: NonNullable<SpecInput['seccomp']> };
}

/** A limit of a process, as the API names it (`nofile`); -1 is unlimited. */
export interface Ulimit {
  Name: string;
  Soft: number;
  Hard: number;
}

/** What the engine must know of Linux; the daemon hands in the adapter, so that the engine never touches the kernel. */
export interface HostPort {
  readonly spec: SpecHost;
  memoryTotal(): number;
  cpus(): number;
  /** Nodes with memory: `0`, `0-1`. */
  memoryNodes(): string;
  /** Nanoseconds all processors together have spent, idle time included, and how many are online. */
  cpuTime(): { total: number; online: number };
  kernelVersion(): string;
  operatingSystem(): string;
  operatingSystemVersion(): string;
  machine(): string;
  cgroupMode(): 'v1' | 'hybrid' | 'v2';
  cgroupControllers(): string[];
  capabilities(): string[];
  sysctl(name: string): string | undefined;
  openFiles(): number;
  /** Name of the file system a path lies on, as Docker prints it (`extfs`, `xfs`). */
  fileSystem(path: string): string;
  /** A container will be started soon: what takes the kernel long may begin. Returns at once. */
  anticipateStart(): void;
  /** The mount a path lies on, and the groups it propagates to or from: `shared:N`, `master:N`. */
  mountAt(path: string): { target: string; propagation: readonly string[] };
  /** Whether the kernel confines programs by AppArmor. */
  apparmor(): boolean;
  /** Whether swap can be limited. */
  swapAccounting(): boolean;
  /** Whether block I/O can be given weights. */
  blkioWeight(): boolean;
  /** Runs the host's ps(1) and gives its exit code and what it printed. Throws `system` when there is none. */
  ps(args: string[]): Promise<{ code: number; output: string; errors: string }>;
  /** Bytes of all files below a directory. */
  diskUsage(path: string): Promise<number>;
  /** The real host path of `path` as seen inside `root`; links cannot lead outside. Missing tails are allowed. */
  resolveInRoot(root: string, path: string): string;
  /**
   * Mounts what is at the relative `path` below `root` at `place`, which is made; nothing that is exchanged meanwhile leads
   * elsewhere. Throws ENOENT, ENOTDIR; EXDEV where the way leads out.
   */
  mountBeneath(root: string, path: string, place: string): void;
  /** A tmpfs of `size` bytes for everybody (mode 1777), without programs and devices. */
  mountSharedMemory(path: string, options: { size: number; owner: Owner | undefined }): void;
  /** Nothing mounted there is fine. */
  unmount(path: string): void;
  resolveUser(rootfs: string, user: string, groupAdd: string[]): ResolvedUser;
}

/** The engine's rooms and state. Use-cases take `Pick<Engine, …>` of what they need. */
export interface Engine {
  readonly config: EngineConfig;
  readonly host: HostPort;
  readonly store: Store;
  readonly images: Images;
  readonly registries: Registries;
  readonly networks: Networks;
  readonly volumes: Volumes;
  readonly runtime: Runtime;
  readonly logs: Logs;
  readonly logger: Logger;
  readonly containers: ContainerRegistry;
  readonly execs: ExecRegistry;
  readonly events: EventLog;
  /** One operation at a time for each container id: start, the handling of an exit, removal. */
  readonly locks: KeyedMutex;
}
