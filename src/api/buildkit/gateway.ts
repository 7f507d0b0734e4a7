// BuildKit's gateway: what buildx calls while a build of its own making runs (frontend/gateway/pb).

import { cacheOptionsEntry, status, workerRecord } from './control.ts';
import { bool, bytes, int64, type MessageOf, map, message, nested, repeated, string } from './message.ts';
import { definition, range, sourceInfo } from './ops.ts';
import { stat } from './session.ts';

export const ref = message({
  id: string(1),
});
export type Ref = MessageOf<typeof ref>;

export const refMap = message({
  refs: map(1, number => nested(number, ref)),
});
export type RefMap = MessageOf<typeof refMap>;

export const bridgeResult = message({
  refDeprecated: string(1),
  ref: nested(3, ref),
  refs: nested(4, refMap),
  metadata: map(10, bytes),
});
export type BridgeResult = MessageOf<typeof bridgeResult>;

export const returnRequest = message({
  result: nested(1, bridgeResult),
  error: nested(2, status),
});
export type ReturnRequest = MessageOf<typeof returnRequest>;

export const returnResponse = message({});
export type ReturnResponse = MessageOf<typeof returnResponse>;

export const inputsRequest = message({});
export type InputsRequest = MessageOf<typeof inputsRequest>;

export const inputsResponse = message({
  definitions: map(1, number => nested(number, definition)),
});
export type InputsResponse = MessageOf<typeof inputsResponse>;

export const bridgeSolveRequest = message({
  definition: nested(1, definition),
  frontend: string(2),
  frontendOpt: map(3, string),
  allowResultReturn: bool(5),
  allowResultArrayRef: bool(6),
  final: bool(10),
  exporterAttr: bytes(11),
  cacheImports: repeated(nested(12, cacheOptionsEntry)),
  frontendInputs: map(13, number => nested(number, definition)),
  evaluate: bool(14),
});
export type BridgeSolveRequest = MessageOf<typeof bridgeSolveRequest>;

export const bridgeSolveResponse = message({
  ref: string(1),
  result: nested(3, bridgeResult),
});
export type BridgeSolveResponse = MessageOf<typeof bridgeSolveResponse>;

export const fileRange = message({
  offset: int64(1),
  length: int64(2),
});
export type FileRange = MessageOf<typeof fileRange>;

export const readFileRequest = message({
  ref: string(1),
  filePath: string(2),
  range: nested(3, fileRange),
});
export type ReadFileRequest = MessageOf<typeof readFileRequest>;

export const readFileResponse = message({
  data: bytes(1),
});
export type ReadFileResponse = MessageOf<typeof readFileResponse>;

export const readDirRequest = message({
  ref: string(1),
  dirPath: string(2),
  includePattern: string(3),
});
export type ReadDirRequest = MessageOf<typeof readDirRequest>;

export const readDirResponse = message({
  entries: repeated(nested(1, stat)),
});
export type ReadDirResponse = MessageOf<typeof readDirResponse>;

export const statFileRequest = message({
  ref: string(1),
  path: string(2),
});
export type StatFileRequest = MessageOf<typeof statFileRequest>;

export const statFileResponse = message({
  stat: nested(1, stat),
});
export type StatFileResponse = MessageOf<typeof statFileResponse>;

export const evaluateRequest = message({
  ref: string(1),
});
export type EvaluateRequest = MessageOf<typeof evaluateRequest>;

export const evaluateResponse = message({});
export type EvaluateResponse = MessageOf<typeof evaluateResponse>;

export const pingRequest = message({});
export type PingRequest = MessageOf<typeof pingRequest>;

export const apiCap = message({
  id: string(1),
  enabled: bool(2),
});
export type ApiCap = MessageOf<typeof apiCap>;

export const pongResponse = message({
  frontendApiCaps: repeated(nested(1, apiCap)),
  llbCaps: repeated(nested(2, apiCap)),
  workers: repeated(nested(3, workerRecord)),
});
export type PongResponse = MessageOf<typeof pongResponse>;

export const warnRequest = message({
  digest: string(1),
  level: int64(2),
  short: bytes(3),
  detail: repeated(bytes(4)),
  url: string(5),
  info: nested(6, sourceInfo),
  ranges: repeated(nested(7, range)),
});
export type WarnRequest = MessageOf<typeof warnRequest>;

export const warnResponse = message({});
export type WarnResponse = MessageOf<typeof warnResponse>;
