// BuildKit's control service: builds, their progress, the cache (api/services/control, api/types/worker).
import {
  bool,
  bytes,
  int32,
  int64,
  type MessageOf,
  map,
  message,
  nested,
  repeated,
  string,
  timestamp,
} from './message.ts';
import { definition, platform, range, sourceInfo } from './ops.ts';

/** google.protobuf.Any. */
const any = message({ typeUrl: string(1), value: bytes(2) });

export const pruneRequest = message({
  filter: repeated(string(1)),
  all: bool(2),
  // Nanoseconds.
  keepDuration: int64(3),
  reservedSpace: int64(4),
  maxUsedSpace: int64(5),
  minFreeSpace: int64(6),
});
export type PruneRequest = MessageOf<typeof pruneRequest>;

export const diskUsageRequest = message({
  filter: repeated(string(1)),
  ageLimit: int64(2),
});

export const usageRecord = message({
  id: string(1),
  mutable: bool(2),
  inUse: bool(3),
  size: int64(4),
  parent: string(5),
  createdAt: timestamp(6),
  lastUsedAt: timestamp(7),
  usageCount: int64(8),
  description: string(9),
  recordType: string(10),
  shared: bool(11),
  parents: repeated(string(12)),
});
export type UsageRecord = MessageOf<typeof usageRecord>;

export const diskUsageResponse = message({
  record: repeated(nested(1, usageRecord)),
});

export const exporter = message({
  type: string(1),
  attrs: map(2, string),
});

export const cacheOptionsEntry = message({
  type: string(1),
  attrs: map(2, string),
});

const cacheOptions = message({
  exportRefDeprecated: string(1),
  importRefsDeprecated: repeated(string(2)),
  exportAttrsDeprecated: map(3, string),
  exports: repeated(nested(4, cacheOptionsEntry)),
  imports: repeated(nested(5, cacheOptionsEntry)),
});
export type CacheOptions = MessageOf<typeof cacheOptions>;

export const solveRequest = message({
  ref: string(1),
  definition: nested(2, definition),
  exporterDeprecated: string(3),
  exporterAttrsDeprecated: map(4, string),
  session: string(5),
  frontend: string(6),
  frontendAttrs: map(7, string),
  cache: nested(8, cacheOptions),
  entitlements: repeated(string(9)),
  frontendInputs: map(10, number => nested(number, definition)),
  internal: bool(11),
  exporters: repeated(nested(13, exporter)),
  enableSessionExporter: bool(14),
});
export type SolveRequest = MessageOf<typeof solveRequest>;

export const solveResponse = message({
  exporterResponse: map(1, string),
});

export const statusRequest = message({
  ref: string(1),
});

const vertexLog = message({
  vertex: string(1),
  timestamp: timestamp(2),
  // 1 stdout, 2 stderr.
  stream: int64(3),
  msg: bytes(4),
});

const vertex = message({
  digest: string(1),
  inputs: repeated(string(2)),
  name: string(3),
  cached: bool(4),
  started: timestamp(5),
  completed: timestamp(6),
  error: string(7),
});

const vertexWarning = message({
  vertex: string(1),
  level: int64(2),
  short: bytes(3),
  detail: repeated(bytes(4)),
  url: string(5),
  info: nested(6, sourceInfo),
  ranges: repeated(nested(7, range)),
});
export type VertexWarning = MessageOf<typeof vertexWarning>;

const vertexStatus = message({
  id: string(1),
  vertex: string(2),
  name: string(3),
  current: int64(4),
  total: int64(5),
  timestamp: timestamp(6),
  started: timestamp(7),
  completed: timestamp(8),
});
export type VertexStatus = MessageOf<typeof vertexStatus>;

export const statusResponse = message({
  vertexes: repeated(nested(1, vertex)),
  statuses: repeated(nested(2, vertexStatus)),
  logs: repeated(nested(3, vertexLog)),
  warnings: repeated(nested(4, vertexWarning)),
});
export type StatusResponse = MessageOf<typeof statusResponse>;

export const listWorkersRequest = message({
  filter: repeated(string(1)),
});

const buildkitVersion = message({
  package: string(1),
  version: string(2),
  revision: string(3),
});
export type BuildkitVersion = MessageOf<typeof buildkitVersion>;

const gcPolicy = message({
  all: bool(1),
  keepDuration: int64(2),
  reservedSpace: int64(3),
  filters: repeated(string(4)),
  maxUsedSpace: int64(5),
  minFreeSpace: int64(6),
});
export type GcPolicy = MessageOf<typeof gcPolicy>;

export const workerRecord = message({
  id: string(1),
  labels: map(2, string),
  platforms: repeated(nested(3, platform)),
  gcPolicy: repeated(nested(4, gcPolicy)),
  buildkitVersion: nested(5, buildkitVersion),
});
export type WorkerRecord = MessageOf<typeof workerRecord>;

export const listWorkersResponse = message({
  record: repeated(nested(1, workerRecord)),
});

export const infoRequest = message({});

export const infoResponse = message({
  buildkitVersion: nested(1, buildkitVersion),
});

/** google.rpc.Status, on the wire; also the `grpc-status-details-bin` trailer of a failed call. */
export const status = message({
  code: int32(1),
  message: string(2),
  details: repeated(nested(3, any)),
});
export type GrpcStatus = MessageOf<typeof status>;
