// Networks: from requests to the engine's use-cases.

import { type Engine, inspectNetwork, listNetworks, pruneNetworks, removeNetwork } from '../../engine/index.ts';
import { type Handlers, notImplemented } from '../handler.ts';

export function networkRoutes(engine: Engine): Handlers['networks'] {
  return {
    NetworkList: ({ query }) => listNetworks(engine, query.filters ?? {}),
    NetworkInspect: ({ path, query }) => inspectNetwork(engine, path.id, query.scope),
    NetworkDelete: ({ path }) => removeNetwork(engine, path.id),
    NetworkCreate: notImplemented,
    NetworkConnect: notImplemented,
    NetworkDisconnect: notImplemented,
    NetworkPrune: ({ query }) => pruneNetworks(engine, query.filters ?? {}),
  };
}
