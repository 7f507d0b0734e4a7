// Volumes, and cluster volumes.

import type { ObjectVersion } from './common.ts';

/** A volume. `UsageData` is only in disk usage. */
export interface Volume {
  Name: string;
  Driver: string;
  Mountpoint: string;
  CreatedAt?: string;
  Status?: Record<string, Record<string, unknown>>;
  Labels: Record<string, string> | null;
  Scope: 'local' | 'global';
  ClusterVolume?: ClusterVolume;
  Options: Record<string, string> | null;
  UsageData?: {
    Size: number;
    RefCount: number;
  };
}

/** A new volume; without a name it gets a random one. */
export interface VolumeCreateOptions {
  Name?: string;
  Driver?: string;
  DriverOpts?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
  ClusterVolumeSpec?: ClusterVolumeSpec | null;
}

export interface VolumeListResponse {
  Volumes: Volume[] | null;
  Warnings: string[] | null;
}

/** The swarm’s side of a CSI volume. */
interface ClusterVolume {
  ID: string;
  Version: ObjectVersion;
  CreatedAt: string;
  UpdatedAt: string;
  Spec: ClusterVolumeSpec;
  Info: {
    CapacityBytes: number;
    VolumeContext: Record<string, string>;
    VolumeID: string;
    AccessibleTopology: Topology[];
  };
  PublishStatus: {
    NodeID: string;
    State: 'pending-publish' | 'published' | 'pending-node-unpublish' | 'pending-controller-unpublish';
    PublishContext: Record<string, string>;
  }[];
}

/** What is asked of a CSI volume. */
interface ClusterVolumeSpec {
  Group?: string;
  AccessMode?: {
    Scope?: 'single' | 'multi';
    Sharing?: 'none' | 'readonly' | 'onewriter' | 'all';
    MountVolume?: Record<string, unknown> | null;
    Secrets?:
      | {
          Key?: string;
          Secret?: string;
        }[]
      | null;
    AccessibilityRequirements?: {
      Requisite?: Topology[] | null;
      Preferred?: Topology[] | null;
    } | null;
    CapacityRange?: {
      RequiredBytes?: number;
      LimitBytes?: number;
    } | null;
    Availability?: 'active' | 'pause' | 'drain';
  } | null;
}

interface Topology {
  Segments?: Record<string, string> | null;
}

export interface VolumeUpdateRequest {
  Spec?: ClusterVolumeSpec | null;
}

export interface VolumePruneResponse {
  VolumesDeleted: string[] | null;
  SpaceReclaimed: number;
}
