// Containers as the API lists, inspects and measures them.

import type { OCIDescriptor } from './common.ts';
import type { Address, ContainerConfig, HostConfig, MountPoint, Resources, RestartPolicy } from './container-config.ts';
import type { EndpointSettings } from './networks.ts';
import type { PortMap } from './ports.ts';

/** A port of a container, and where it is published. */
export interface Port {
  IP?: string;
  PrivatePort: number;
  PublicPort?: number;
  Type: 'tcp' | 'udp' | 'sctp';
}

/** The state of the probe, with its last results. */
export interface Health {
  Status: 'none' | 'starting' | 'healthy' | 'unhealthy';
  FailingStreak: number;
  Log: HealthcheckResult[] | null;
}

/** One run of the probe. */
export interface HealthcheckResult {
  Start: string;
  End: string;
  ExitCode: number;
  Output: string;
}

/** The network side of a container. What lies beside `Networks` is that of the default bridge. */
export interface NetworkSettings {
  Bridge: string;
  SandboxID: string;
  HairpinMode: boolean;
  LinkLocalIPv6Address: string;
  LinkLocalIPv6PrefixLen: number;
  Ports: PortMap;
  SandboxKey: string;
  SecondaryIPAddresses: Address[] | null;
  SecondaryIPv6Addresses: Address[] | null;
  EndpointID: string;
  Gateway: string;
  GlobalIPv6Address: string;
  GlobalIPv6PrefixLen: number;
  IPAddress: string;
  IPPrefixLen: number;
  IPv6Gateway: string;
  MacAddress: string;
  Networks: Record<string, EndpointSettings>;
}

/** What the storage driver knows of a layer. */
export interface DriverData {
  Name: string;
  Data: Record<string, string> | null;
}

/** A path that differs from the image. */
export interface FilesystemChange {
  Path: string;
  Kind: ChangeType;
}

/** 0 changed, 1 added, 2 deleted. */
type ChangeType = number;

/** Everything about a container. */
export interface ContainerInspectResponse {
  Id: string;
  Created: string | null;
  Path: string;
  Args: string[];
  State: ContainerState;
  Image: string;
  ResolvConfPath: string;
  HostnamePath: string;
  HostsPath: string;
  LogPath: string | null;
  Name: string;
  RestartCount: number;
  Driver: string;
  Platform: string;
  ImageManifestDescriptor?: OCIDescriptor;
  MountLabel: string;
  ProcessLabel: string;
  AppArmorProfile: string;
  ExecIDs: string[] | null;
  HostConfig: HostConfig;
  GraphDriver: DriverData;
  SizeRw?: number;
  SizeRootFs?: number;
  Mounts: MountPoint[];
  Config: ContainerConfig;
  NetworkSettings: NetworkSettings;
}

/** A container in a list. `Created` is seconds since the epoch. */
export interface ContainerSummary {
  Id: string;
  Names: string[];
  Image: string;
  ImageID: string;
  ImageManifestDescriptor?: OCIDescriptor;
  Command: string;
  Created: number;
  Ports: Port[];
  SizeRw?: number;
  SizeRootFs?: number;
  Labels: Record<string, string>;
  State: 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'removing' | 'dead';
  Status: string;
  HostConfig: {
    NetworkMode: string;
    Annotations?: Record<string, string>;
  };
  NetworkSettings: {
    Networks: Record<string, EndpointSettings>;
  };
  Mounts: MountPoint[];
}

/** What a container does now. Times are RFC 3339; year 1 means never. */
export interface ContainerState {
  Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  Running: boolean;
  Paused: boolean;
  Restarting: boolean;
  OOMKilled: boolean;
  Dead: boolean;
  Pid: number;
  ExitCode: number;
  Error: string;
  StartedAt: string;
  FinishedAt: string;
  Health?: Health;
}

export interface ContainerCreateResponse {
  Id: string;
  Warnings: string[];
}

export interface ContainerUpdateResponse {
  Warnings: string[] | null;
}

export interface ContainerTopResponse {
  Titles: string[];
  Processes: string[][];
}

/** How a container ended. */
export interface ContainerWaitResponse {
  StatusCode: number;
  Error?: ContainerWaitExitError;
}

interface ContainerWaitExitError {
  Message: string;
}

/** Networks a new container joins, by name. */
export interface NetworkingConfig {
  EndpointsConfig?: Record<string, EndpointSettings> | null;
}

/** A new container. */
export type ContainerCreateRequest = ContainerConfig & {
  HostConfig?: HostConfig | null;
  NetworkingConfig?: NetworkingConfig | null;
};

/** New limits of a container. */
export type ContainerUpdateRequest = Resources & {
  RestartPolicy?: RestartPolicy | null;
};

/** What was removed, and the bytes that freed. */
export interface ContainerPruneResponse {
  ContainersDeleted: string[] | null;
  SpaceReclaimed: number;
}
