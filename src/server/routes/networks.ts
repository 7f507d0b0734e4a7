// Networks: from requests to the engine's use-cases.

import { type Engine, inspectNetwork, listNetworks, pruneNetworks } from '../../engine/index.ts';
import { type Handlers, notImplemented } from '../handler.ts';

export function networkRoutes(engine: Engine): Handlers['networks'] {
  return {
    NetworkList: ({ query }) => listNetworks(engine, query.filters ?? {}),
    NetworkInspect: ({ path }) => inspectNetwork(engine, path.id),
    NetworkDelete: notImplemented,
    NetworkCreate: notImplemented,
    NetworkConnect: notImplemented,
    NetworkDisconnect: notImplemented,
    NetworkPrune: ({ query }) => pruneNetworks(engine, query.filters ?? {}),
  };
}
