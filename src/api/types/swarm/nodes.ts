// Machines in a swarm.

import type { ObjectVersion, Platform } from '../common.ts';
import type { TLSInfo } from './swarm.ts';
import type { ResourceObject } from './tasks.ts';

/** What a node is told to be. */
export interface NodeSpec {
  Name?: string;
  Labels?: Record<string, string> | null;
  Role?: 'worker' | 'manager';
  Availability?: 'active' | 'pause' | 'drain';
}

/** A machine of a swarm. */
export interface Node {
  ID?: string;
  Version?: ObjectVersion;
  CreatedAt?: string;
  UpdatedAt?: string;
  Spec?: NodeSpec;
  Description?: NodeDescription;
  Status?: NodeStatus;
  ManagerStatus?: ManagerStatus;
}

interface NodeDescription {
  Hostname?: string;
  Platform?: Platform;
  Resources?: ResourceObject;
  Engine?: EngineDescription;
  TLSInfo?: TLSInfo;
}

interface EngineDescription {
  EngineVersion?: string;
  Labels?: Record<string, string>;
  Plugins?: {
    Type?: string;
    Name?: string;
  }[];
}

interface NodeStatus {
  State?: NodeState;
  Message?: string;
  Addr?: string;
}

type NodeState = 'unknown' | 'down' | 'ready' | 'disconnected';

interface ManagerStatus {
  Leader?: boolean;
  Reachability?: Reachability;
  Addr?: string;
}

type Reachability = 'unknown' | 'unreachable' | 'reachable';
