// The daemon itself: from requests to the engine's use-cases.

import { isAtLeast } from '../../api/versions.ts';
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

export function systemRoutes(engine: Engine, builder: Builder): Handlers['system'] {
  const pingHeaders = () => ({
    // A reload of the configuration may change it.
    'Builder-Version': engine.config.buildkit ? '2' : '1',
    Swarm: 'inactive',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
  });
  return {
    SystemAuth: ({ body, signal }) => authenticate(engine, body ?? {}, signal),
    SystemInfo: ({ version }) => describeSystem(engine, version),
    SystemVersion: () => describeVersion(engine),
    SystemPing: () => reply('OK', { headers: pingHeaders() }),
    SystemPingHead: () => reply('', { headers: pingHeaders() }),
    SystemEvents: ({ query }) => ({ stream: watchEvents(engine, query) }),
    SystemDataUsage: async ({ query, version }) => {
      const usage = await measureDiskUsage(engine, { types: query.type, version });
      const cache = usage.BuildCache && (await listBuildCache(builder));
      const builderSize = (cache ?? []).reduce((sum, { Shared, Size }) => (Shared ? sum : sum + Size), 0);
      return { ...usage, BuildCache: cache, ...(!isAtLeast(version, '1.42') && { BuilderSize: builderSize }) };
    },
  };
}
