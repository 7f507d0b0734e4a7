// Services and their ports.

import type { ObjectVersion } from '../common.ts';
import type { EndpointPortConfig } from './ports.ts';
import type { NetworkAttachmentConfig, TaskSpec } from './tasks.ts';

/** What a service is told to be. */
interface ServiceSpec {
  Name?: string;
  Labels?: Record<string, string> | null;
  TaskTemplate?: TaskSpec | null;
  Mode?: {
    Replicated?: {
      Replicas?: number;
    } | null;
    Global?: Record<string, unknown> | null;
    ReplicatedJob?: {
      MaxConcurrent?: number;
      TotalCompletions?: number;
    } | null;
    GlobalJob?: Record<string, unknown> | null;
  } | null;
  UpdateConfig?: {
    Parallelism?: number;
    Delay?: number;
    FailureAction?: 'continue' | 'pause' | 'rollback';
    Monitor?: number;
    MaxFailureRatio?: number;
    Order?: 'stop-first' | 'start-first';
  } | null;
  RollbackConfig?: {
    Parallelism?: number;
    Delay?: number;
    FailureAction?: 'continue' | 'pause';
    Monitor?: number;
    MaxFailureRatio?: number;
    Order?: 'stop-first' | 'start-first';
  } | null;
  Networks?: NetworkAttachmentConfig[] | null;
  EndpointSpec?: EndpointSpec | null;
}

/** How a service is reached. */
interface EndpointSpec {
  Mode?: 'vip' | 'dnsrr';
  Ports?: EndpointPortConfig[] | null;
}

/** A service of a swarm. */
export interface Service {
  ID?: string;
  Version?: ObjectVersion;
  CreatedAt?: string;
  UpdatedAt?: string;
  Spec?: ServiceSpec;
  Endpoint?: {
    Spec?: EndpointSpec;
    Ports?: EndpointPortConfig[];
    VirtualIPs?: {
      NetworkID?: string;
      Addr?: string;
    }[];
  };
  UpdateStatus?: {
    State?: 'updating' | 'paused' | 'completed';
    StartedAt?: string;
    CompletedAt?: string;
    Message?: string;
  };
  ServiceStatus?: {
    RunningTasks?: number;
    DesiredTasks?: number;
    CompletedTasks?: number;
  };
  JobStatus?: {
    JobIteration?: ObjectVersion;
    LastExecution?: string;
  };
}

export interface ServiceCreateResponse {
  ID?: string;
  Warnings?: string[];
}

export interface ServiceUpdateResponse {
  Warnings?: string[];
}

export type ServiceCreateRequest = ServiceSpec;

export type ServiceUpdateRequest = ServiceSpec;
