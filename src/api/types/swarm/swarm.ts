// The swarm as a whole.

import type { ObjectVersion } from '../common.ts';

export interface TLSInfo {
  TrustRoot?: string;
  CertIssuerSubject?: string;
  CertIssuerPublicKey?: string;
}

/** What a swarm is told to be. Periods are nanoseconds. */
export interface SwarmSpec {
  Name?: string;
  Labels?: Record<string, string> | null;
  Orchestration?: {
    TaskHistoryRetentionLimit?: number;
  } | null;
  Raft?: {
    SnapshotInterval?: number;
    KeepOldSnapshots?: number;
    LogEntriesForSlowFollowers?: number;
    ElectionTick?: number;
    HeartbeatTick?: number;
  } | null;
  Dispatcher?: {
    HeartbeatPeriod?: number;
  } | null;
  CAConfig?: {
    NodeCertExpiry?: number;
    ExternalCAs?:
      | {
          Protocol?: 'cfssl';
          URL?: string;
          Options?: Record<string, string> | null;
          CACert?: string;
        }[]
      | null;
    SigningCACert?: string;
    SigningCAKey?: string;
    ForceRotate?: number;
  } | null;
  EncryptionConfig?: {
    AutoLockManagers?: boolean;
  } | null;
  TaskDefaults?: {
    LogDriver?: {
      Name?: string;
      Options?: Record<string, string> | null;
    } | null;
  } | null;
}

/** A swarm, without its secrets. */
interface ClusterInfo {
  ID?: string;
  Version?: ObjectVersion;
  CreatedAt?: string;
  UpdatedAt?: string;
  Spec?: SwarmSpec;
  TLSInfo?: TLSInfo;
  RootRotationInProgress?: boolean;
  DataPathPort?: number;
  DefaultAddrPool?: string[];
  SubnetSize?: number;
}

/** Tokens machines join a swarm with. */
interface JoinTokens {
  Worker?: string;
  Manager?: string;
}

/** A swarm, with its join tokens. */
export type Swarm = ClusterInfo & {
  JoinTokens?: JoinTokens;
};

/** The swarm as this daemon sees it. */
export interface SwarmInfo {
  NodeID?: string;
  NodeAddr?: string;
  LocalNodeState?: LocalNodeState;
  ControlAvailable?: boolean;
  Error?: string;
  RemoteManagers?: PeerNode[] | null;
  Nodes?: number;
  Managers?: number;
  Cluster?: ClusterInfo;
}

type LocalNodeState = '' | 'inactive' | 'pending' | 'active' | 'error' | 'locked';

interface PeerNode {
  NodeID?: string;
  Addr?: string;
}

export interface SwarmInitRequest {
  ListenAddr?: string;
  AdvertiseAddr?: string;
  DataPathAddr?: string;
  DataPathPort?: number;
  DefaultAddrPool?: string[] | null;
  ForceNewCluster?: boolean;
  SubnetSize?: number;
  Spec?: SwarmSpec | null;
}

export interface SwarmJoinRequest {
  ListenAddr: string;
  AdvertiseAddr?: string;
  DataPathAddr?: string;
  RemoteAddrs: string[];
  JoinToken: string;
}

export interface UnlockKeyResponse {
  UnlockKey?: string;
}

export interface SwarmUnlockRequest {
  UnlockKey?: string;
}
