// The daemon itself: from requests to the engine's use-cases.

import type { Builder } from '../../builder/index.ts';
import {
  authenticate,
  describeSystem,
  describeVersion,
  type Engine,
  measureDiskUsage,
  watchEvents,
} from '../../engine/index.ts';
import { listBuildCache } from '../build/list-cache.ts';
import { type Handlers, reply } from '../handler.ts';

const pingHeaders = {
  'Builder-Version': '2',
  Swarm: 'inactive',
  'Cache-Control': 'no-cache, no-store, must-revalidate',
  Pragma: 'no-cache',
};

export function systemRoutes(engine: Engine, builder: Builder): Handlers['system'] {
  return {
    SystemAuth: ({ body, signal }) => authenticate(engine, body ?? {}, signal),
    SystemInfo: () => describeSystem(engine),
    SystemVersion: () => describeVersion(engine),
    SystemPing: () => reply('OK', { headers: pingHeaders }),
    SystemPingHead: () => reply('', { headers: pingHeaders }),
    SystemEvents: ({ query }) => ({ stream: watchEvents(engine, query) }),
    SystemDataUsage: async ({ query, version }) => {
      const usage = await measureDiskUsage(engine, { types: query.type, version });
      return usage.BuildCache ? { ...usage, BuildCache: await listBuildCache(builder) } : usage;
    },
  };
}
