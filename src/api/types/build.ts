// Builds and the build cache.

import type { ErrorDetail, ProgressDetail } from './common.ts';

/** A line of progress of a build. */
export interface BuildInfo {
  id?: string;
  stream?: string;
  error?: string;
  errorDetail?: ErrorDetail;
  status?: string;
  progress?: string;
  progressDetail?: ProgressDetail;
  aux?: ImageID;
}

/** A record of the build cache. */
export interface BuildCache {
  ID: string;
  Parents?: string[];
  Type: 'internal' | 'frontend' | 'source.local' | 'source.git.checkout' | 'exec.cachemount' | 'regular';
  Description: string;
  InUse: boolean;
  Shared: boolean;
  Size: number;
  CreatedAt: string;
  LastUsedAt: string | null;
  UsageCount: number;
}

interface ImageID {
  ID: string;
}

export interface BuildPruneResponse {
  CachesDeleted: string[] | null;
  SpaceReclaimed: number;
}
