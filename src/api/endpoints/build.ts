// Builds, the build cache, and the session a builder calls back on.

import { bool, filters, int, jsonValue, str, strs } from '../codecs.ts';
import { empty, endpoint, hijack, json, lines, streamBody } from '../endpoint.ts';
import type { BuildInfo, BuildPruneResponse } from '../types/build.ts';

/** Keys are the operation ids of the reference. */
export const build = {
  ImageBuild: endpoint({
    method: 'POST',
    path: '/build',
    query: {
      dockerfile: str,
      t: strs,
      extrahosts: strs,
      remote: str,
      q: bool,
      nocache: bool,
      cachefrom: jsonValue<string[]>(),
      pull: bool,
      rm: bool,
      forcerm: bool,
      memory: int,
      memswap: int,
      cpushares: int,
      cpusetcpus: str,
      cpusetmems: str,
      cpuperiod: int,
      cpuquota: int,
      buildargs: jsonValue<Record<string, string | null>>(),
      shmsize: int,
      squash: bool,
      labels: jsonValue<Record<string, string>>(),
      networkmode: str,
      platform: str,
      target: str,
      outputs: jsonValue<{ Type: string; Attrs?: Record<string, string> }[]>(),
      version: str,
      buildid: str,
      session: str,
      cgroupparent: str,
      ulimits: jsonValue<{ Name: string; Soft: number; Hard: number }[]>(),
      securityopt: strs,
      isolation: str,
    },
    body: streamBody('application/x-tar'),
    response: lines<BuildInfo>(),
  }),
  BuildPrune: endpoint({
    method: 'POST',
    path: '/build/prune',
    query: {
      'keep-storage': int,
      'reserved-space': int,
      'max-used-space': int,
      'min-free-space': int,
      all: bool,
      filters,
    },
    response: json<BuildPruneResponse>(),
  }),
  /** Not in the reference: what `docker builder` sends to end a build by the id it gave. */
  BuildCancel: endpoint({ method: 'POST', path: '/build/cancel', query: { id: str }, response: empty }),
  Session: endpoint({ method: 'POST', path: '/session', response: hijack, status: 101 }),
  /** BuildKit's control service; not in the reference, but every Docker has it. */
  Grpc: endpoint({ method: 'POST', path: '/grpc', response: hijack, status: 101 }),
};
