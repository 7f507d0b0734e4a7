// Tasks: what a node is told to run, and what became of it.

import type { ObjectVersion, Platform } from '../common.ts';
import type { HealthConfig, Mount } from '../container-config.ts';
import type { Network } from '../networks.ts';
import type { PluginPrivilege } from '../plugins.ts';
import type { EndpointPortConfig } from './ports.ts';

/** What a task runs. */
export interface TaskSpec {
  PluginSpec?: {
    Name?: string;
    Remote?: string;
    Disabled?: boolean;
    PluginPrivilege?: PluginPrivilege[] | null;
  } | null;
  ContainerSpec?: {
    Image?: string;
    Labels?: Record<string, string> | null;
    Command?: string[] | null;
    Args?: string[] | null;
    Hostname?: string;
    Env?: string[] | null;
    Dir?: string;
    User?: string;
    Groups?: string[] | null;
    Privileges?: {
      CredentialSpec?: {
        Config?: string;
        File?: string;
        Registry?: string;
      } | null;
      SELinuxContext?: {
        Disable?: boolean;
        User?: string;
        Role?: string;
        Type?: string;
        Level?: string;
      } | null;
      Seccomp?: {
        Mode?: 'default' | 'unconfined' | 'custom';
        Profile?: string;
      } | null;
      AppArmor?: {
        Mode?: 'default' | 'disabled';
      } | null;
      NoNewPrivileges?: boolean;
    } | null;
    TTY?: boolean;
    OpenStdin?: boolean;
    ReadOnly?: boolean;
    Mounts?: Mount[] | null;
    StopSignal?: string;
    StopGracePeriod?: number;
    HealthCheck?: HealthConfig | null;
    Hosts?: string[] | null;
    DNSConfig?: {
      Nameservers?: string[] | null;
      Search?: string[] | null;
      Options?: string[] | null;
    } | null;
    Secrets?:
      | {
          File?: {
            Name?: string;
            UID?: string;
            GID?: string;
            Mode?: number;
          } | null;
          SecretID?: string;
          SecretName?: string;
        }[]
      | null;
    OomScoreAdj?: number;
    Configs?:
      | {
          File?: {
            Name?: string;
            UID?: string;
            GID?: string;
            Mode?: number;
          } | null;
          Runtime?: Record<string, unknown> | null;
          ConfigID?: string;
          ConfigName?: string;
        }[]
      | null;
    Isolation?: 'default' | 'process' | 'hyperv' | '';
    Init?: boolean | null;
    Sysctls?: Record<string, string> | null;
    CapabilityAdd?: string[] | null;
    CapabilityDrop?: string[] | null;
    Ulimits?:
      | {
          Name?: string;
          Soft?: number;
          Hard?: number;
        }[]
      | null;
  } | null;
  NetworkAttachmentSpec?: {
    ContainerID?: string;
  } | null;
  Resources?: {
    Limits?: Limit | null;
    Reservations?: ResourceObject | null;
  } | null;
  RestartPolicy?: {
    Condition?: 'none' | 'on-failure' | 'any';
    Delay?: number;
    MaxAttempts?: number;
    Window?: number;
  } | null;
  Placement?: {
    Constraints?: string[] | null;
    Preferences?:
      | {
          Spread?: {
            SpreadDescriptor?: string;
          } | null;
        }[]
      | null;
    MaxReplicas?: number;
    Platforms?: Platform[] | null;
  } | null;
  ForceUpdate?: number;
  Runtime?: string;
  Networks?: NetworkAttachmentConfig[] | null;
  LogDriver?: {
    Name?: string;
    Options?: Record<string, string> | null;
  } | null;
}

type TaskState =
  | 'new'
  | 'allocated'
  | 'pending'
  | 'assigned'
  | 'accepted'
  | 'preparing'
  | 'ready'
  | 'starting'
  | 'running'
  | 'complete'
  | 'shutdown'
  | 'failed'
  | 'rejected'
  | 'remove'
  | 'orphaned';

interface ContainerStatus {
  ContainerID?: string;
  PID?: number;
  ExitCode?: number;
}

interface PortStatus {
  Ports?: EndpointPortConfig[];
}

/** What became of a task. */
interface TaskStatus {
  Timestamp?: string;
  State?: TaskState;
  Message?: string;
  Err?: string;
  ContainerStatus?: ContainerStatus;
  PortStatus?: PortStatus;
}

interface NetworkAttachment {
  Network?: Network;
  Addresses?: string[];
}

export interface NetworkAttachmentConfig {
  Target?: string;
  Aliases?: string[] | null;
  DriverOpts?: Record<string, string> | null;
}

/** A task: one slot of a service on one node. */
export interface Task {
  ID?: string;
  Version?: ObjectVersion;
  CreatedAt?: string;
  UpdatedAt?: string;
  Name?: string;
  Labels?: Record<string, string>;
  Spec?: TaskSpec;
  ServiceID?: string;
  Slot?: number;
  NodeID?: string;
  AssignedGenericResources?: GenericResources;
  Status?: TaskStatus;
  DesiredState?: TaskState;
  JobIteration?: ObjectVersion;
  NetworksAttachments?: NetworkAttachment[];
}

interface Limit {
  NanoCPUs?: number;
  MemoryBytes?: number;
  Pids?: number;
}

export interface ResourceObject {
  NanoCPUs?: number;
  MemoryBytes?: number;
  GenericResources?: GenericResources | null;
}

export type GenericResources = {
  NamedResourceSpec?: {
    Kind?: string;
    Value?: string;
  } | null;
  DiscreteResourceSpec?: {
    Kind?: string;
    Value?: number;
  } | null;
}[];
