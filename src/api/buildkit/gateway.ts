// BuildKit's gateway: what buildx calls while a build of its own making runs (frontend/gateway/pb).

import { cacheOptionsEntry, status, workerRecord } from './control.ts';
import { stat } from './files/packet.ts';
import { bool, bytes, int64, map, message, nested, repeated, string } from './message.ts';
import { definition, range, sourceInfo } from './ops.ts';

const ref = message({
  id: string(1),
  def: nested(2, definition),
});

const refMap = message({
  refs: map(1, number => nested(number, ref)),
});

const bridgeResult = message({
  refDeprecated: string(1),
  ref: nested(3, ref),
  refs: nested(4, refMap),
  metadata: map(10, bytes),
});

export const returnRequest = message({
  result: nested(1, bridgeResult),
  error: nested(2, status),
});

export const returnResponse = message({});

export const inputsRequest = message({});

export const inputsResponse = message({
  definitions: map(1, number => nested(number, definition)),
});

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

export const bridgeSolveResponse = message({
  ref: string(1),
  result: nested(3, bridgeResult),
});

/** `length` 0: to the end. */
export const readFileRequest = message({
  ref: string(1),
  filePath: string(2),
  range: nested(3, message({ offset: int64(1), length: int64(2) })),
});

export const readFileResponse = message({
  data: bytes(1),
});

export const readDirRequest = message({
  ref: string(1),
  dirPath: string(2),
  includePattern: string(3),
});

export const readDirResponse = message({
  entries: repeated(nested(1, stat)),
});

export const statFileRequest = message({
  ref: string(1),
  path: string(2),
});

export const statFileResponse = message({
  stat: nested(1, stat),
});

export const evaluateRequest = message({
  ref: string(1),
});

export const evaluateResponse = message({});

export const pingRequest = message({});

const apiCap = message({
  id: string(1),
  enabled: bool(2),
});

export const pongResponse = message({
  frontendApiCaps: repeated(nested(1, apiCap)),
  llbCaps: repeated(nested(2, apiCap)),
  workers: repeated(nested(3, workerRecord)),
});

export const warnRequest = message({
  digest: string(1),
  level: int64(2),
  short: bytes(3),
  detail: repeated(bytes(4)),
  url: string(5),
  info: nested(6, sourceInfo),
  ranges: repeated(nested(7, range)),
});

export const warnResponse = message({});
