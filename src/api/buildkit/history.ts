// BuildKit's control service: builds that are over (api/services/control).
import { exporter, status } from './control.ts';
import {
  bool,
  int32,
  int64,
  type MessageOf,
  map,
  message,
  nested,
  repeated,
  string,
  timestamp,
  uint32,
} from './message.ts';

export const buildHistoryRequest = message({
  activeOnly: bool(1),
  ref: string(2),
  earlyExit: bool(3),
  filter: repeated(string(4)),
  limit: int32(5),
});
export type BuildHistoryRequest = MessageOf<typeof buildHistoryRequest>;

export const buildHistoryEventType = { started: 0, complete: 1, deleted: 2 } as const;

/** A blob of the record, which the content service has. */
const blobDescriptor = message({
  mediaType: string(1),
  digest: string(2),
  size: int64(3),
  annotations: map(5, string),
});

const buildResultInfo = message({
  attestations: repeated(nested(2, blobDescriptor)),
});
export type BuildResultInfo = MessageOf<typeof buildResultInfo>;

const buildHistoryRecord = message({
  ref: string(1),
  frontend: string(2),
  frontendAttrs: map(3, string),
  exporters: repeated(nested(4, exporter)),
  error: nested(5, status),
  createdAt: timestamp(6),
  completedAt: timestamp(7),
  exporterResponse: map(9, string),
  result: nested(10, buildResultInfo),
  // Of several platforms, by platform.
  results: map(11, number => nested(number, buildResultInfo)),
  generation: int32(12),
  pinned: bool(14),
  numCachedSteps: int32(15),
  numTotalSteps: int32(16),
  numCompletedSteps: int32(17),
  externalError: nested(18, blobDescriptor),
  numWarnings: int32(19),
});
export type BuildHistoryRecord = MessageOf<typeof buildHistoryRecord>;

export const buildHistoryEvent = message({
  type: uint32(1),
  record: nested(2, buildHistoryRecord),
});
export type BuildHistoryEvent = MessageOf<typeof buildHistoryEvent>;

export const updateBuildHistoryRequest = message({
  ref: string(1),
  pinned: bool(2),
  delete: bool(3),
  finalize: bool(4),
});

export const updateBuildHistoryResponse = message({});
