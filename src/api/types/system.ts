// The daemon itself: version, information, disk usage, events.

import type { BuildCache } from './build.ts';
import type { ContainerSummary } from './containers.ts';
import type { ImageSummary } from './images.ts';
import type { SwarmInfo } from './swarm/swarm.ts';
import type { GenericResources } from './swarm/tasks.ts';
import type { Volume } from './volumes.ts';

/** Versions of the daemon and what it is made of. */
export interface SystemVersion {
  Platform: {
    Name: string;
  };
  Components?: {
    Name: string;
    Version: string;
    Details?: Record<string, unknown>;
  }[];
  Version: string;
  ApiVersion: string;
  MinAPIVersion: string;
  GitCommit: string;
  GoVersion: string;
  Os: string;
  Arch: string;
  KernelVersion: string;
  Experimental?: boolean;
  BuildTime?: string;
}

/** The daemon and its host. */
export interface SystemInfo {
  ID: string;
  Containers: number;
  ContainersRunning: number;
  ContainersPaused: number;
  ContainersStopped: number;
  Images: number;
  Driver: string;
  DriverStatus: string[][] | null;
  DockerRootDir: string;
  Plugins: PluginsInfo;
  MemoryLimit: boolean;
  SwapLimit: boolean;
  KernelMemoryTCP?: boolean;
  CpuCfsPeriod: boolean;
  CpuCfsQuota: boolean;
  CPUShares: boolean;
  CPUSet: boolean;
  PidsLimit: boolean;
  OomKillDisable: boolean;
  IPv4Forwarding: boolean;
  Debug: boolean;
  NFd: number;
  NGoroutines: number;
  SystemTime: string;
  LoggingDriver: string;
  CgroupDriver: 'cgroupfs' | 'systemd' | 'none';
  CgroupVersion: '1' | '2';
  NEventsListener: number;
  KernelVersion: string;
  OperatingSystem: string;
  OSVersion: string;
  OSType: string;
  Architecture: string;
  NCPU: number;
  MemTotal: number;
  IndexServerAddress: string;
  RegistryConfig: RegistryServiceConfig | null;
  GenericResources: GenericResources | null;
  HttpProxy: string;
  HttpsProxy: string;
  NoProxy: string;
  Name: string;
  Labels: string[] | null;
  ExperimentalBuild: boolean;
  ServerVersion: string;
  Runtimes: Record<string, Runtime>;
  DefaultRuntime: string;
  Swarm: SwarmInfo;
  LiveRestoreEnabled: boolean;
  Isolation: 'default' | 'hyperv' | 'process' | '';
  InitBinary: string;
  ContainerdCommit: Commit;
  RuncCommit: Commit;
  InitCommit: Commit;
  SecurityOptions: string[];
  ProductLicense?: string;
  DefaultAddressPools?: {
    Base: string;
    Size: number;
  }[];
  FirewallBackend?: FirewallInfo;
  DiscoveredDevices?: DeviceInfo[];
  Warnings: string[] | null;
  CDISpecDirs: string[] | null;
  Containerd?: ContainerdInfo;
}

interface ContainerdInfo {
  Address: string;
  Namespaces: {
    Containers: string;
    Plugins: string;
  };
}

interface FirewallInfo {
  Driver: string;
  Info?: string[][];
}

interface PluginsInfo {
  Volume: string[] | null;
  Network: string[] | null;
  Authorization: string[] | null;
  Log: string[] | null;
}

/** Registries the daemon knows something about. */
export interface RegistryServiceConfig {
  InsecureRegistryCIDRs: string[];
  IndexConfigs: Record<string, IndexInfo>;
  Mirrors: string[];
}

interface IndexInfo {
  Name: string;
  Mirrors: string[];
  Secure: boolean;
  Official: boolean;
}

/** An OCI runtime. */
interface Runtime {
  path: string;
  runtimeArgs?: string[];
  status?: Record<string, string>;
}

interface Commit {
  ID: string;
}

interface DeviceInfo {
  Source: string;
  ID: string;
}

/** What an event happened to. */
interface EventActor {
  ID: string;
  Attributes: Record<string, string>;
}

/** An event; a line of `GET /events`. */
export interface EventMessage {
  Type:
    | 'builder'
    | 'config'
    | 'container'
    | 'daemon'
    | 'image'
    | 'network'
    | 'node'
    | 'plugin'
    | 'secret'
    | 'service'
    | 'volume';
  Action: string;
  Actor: EventActor;
  /** Before API 1.22 the only fields; still sent for containers and images. */
  status?: string;
  id?: string;
  from?: string;
  scope: 'local' | 'swarm';
  /** Seconds since the epoch. */
  time: number;
  timeNano: number;
}

export interface SystemAuthResponse {
  Status: string;
  IdentityToken?: string;
}

/** What takes room, in bytes. */
export interface SystemDataUsageResponse {
  LayersSize: number;
  Images: ImageSummary[] | null;
  Containers: ContainerSummary[] | null;
  Volumes: Volume[] | null;
  BuildCache: BuildCache[] | null;
}
