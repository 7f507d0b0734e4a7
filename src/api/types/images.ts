// Images: records, history, transfer progress, distribution.

import type { ErrorDetail, OCIDescriptor, OCIPlatform, ProgressDetail } from './common.ts';
import type { HealthConfig } from './container-config.ts';
import type { DriverData } from './containers.ts';

/** A layer of an image, newest first; `<missing>` for one without an image of its own. */
export interface ImageHistoryResponseItem {
  Id: string;
  Created: number;
  CreatedBy: string;
  Tags: string[] | null;
  Size: number;
  Comment: string;
}

/** What an image tells its containers. */
interface ImageConfig {
  User?: string;
  ExposedPorts?: Record<string, Record<string, unknown>>;
  Env?: string[];
  Cmd?: string[];
  Healthcheck?: HealthConfig;
  ArgsEscaped?: boolean;
  Volumes?: Record<string, Record<string, unknown>>;
  WorkingDir?: string;
  Entrypoint?: string[];
  OnBuild?: string[];
  Labels?: Record<string, string>;
  StopSignal?: string;
  Shell?: string[];
}

/** Everything about an image. */
export interface ImageInspect {
  Id: string;
  Descriptor?: OCIDescriptor;
  Manifests?: ImageManifestSummary[];
  RepoTags: string[];
  RepoDigests: string[];
  Parent: string;
  Comment: string;
  Created?: string;
  DockerVersion: string;
  Author: string;
  Config: ImageConfig;
  Architecture: string;
  Variant?: string;
  Os: string;
  OsVersion?: string;
  Size: number;
  GraphDriver?: DriverData;
  RootFS: {
    Type: string;
    Layers: string[];
  };
  Metadata?: {
    LastTagTime: string | null;
  };
}

/** An image in a list. `Created` is seconds since the epoch; -1 where a number was not worked out. */
export interface ImageSummary {
  Id: string;
  ParentId: string;
  RepoTags: string[];
  RepoDigests: string[];
  Created: number;
  Size: number;
  SharedSize: number;
  Labels: Record<string, string> | null;
  Containers: number;
  Manifests?: ImageManifestSummary[];
  Descriptor?: OCIDescriptor;
}

/** A manifest of a multi-platform image. */
export interface ImageManifestSummary {
  ID: string;
  Descriptor: OCIDescriptor;
  Available: boolean;
  Size: {
    Total: number;
    Content: number;
  };
  Kind: 'image' | 'attestation' | 'unknown';
  ImageData?: {
    Platform: OCIPlatform;
    Containers: string[];
    Size: {
      Unpacked: number;
    };
  };
  AttestationData?: {
    For: string;
  };
}

/** A tag or an image that is gone. */
export interface ImageDeleteResponseItem {
  Untagged?: string;
  Deleted?: string;
}

/** A line of progress of a pull, import or load. */
export interface CreateImageInfo {
  id?: string;
  error?: string;
  errorDetail?: ErrorDetail;
  status?: string;
  progress?: string;
  progressDetail?: ProgressDetail;
}

/** A line of progress of a push. */
export interface PushImageInfo {
  error?: string;
  errorDetail?: ErrorDetail;
  status?: string;
  progress?: string;
  progressDetail?: ProgressDetail;
  id?: string;
  /** With the last line: what the tag stands for now. */
  aux?: { Tag: string; Digest: string; Size: number };
}

/** What a registry says of an image. */
export interface DistributionInspect {
  Descriptor: OCIDescriptor;
  Platforms: OCIPlatform[] | null;
}

export interface ImageSearchResponseItem {
  description: string;
  is_official: boolean;
  is_automated: boolean;
  name: string;
  star_count: number;
}

export interface ImagePruneResponse {
  ImagesDeleted: ImageDeleteResponseItem[] | null;
  SpaceReclaimed: number;
}
