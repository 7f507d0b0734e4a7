// `docker network prune`.

import type { Filters } from '../../api/codecs.ts';
import type { NetworkPruneResponse } from '../../api/types/networks.ts';
import type { Engine } from '../engine.ts';
import { pruneFilter } from '../prune-filter.ts';

/** The predefined networks stay, used or not, and there are no others yet. Throws `invalid` for an unknown filter. */
export function pruneNetworks(engine: Pick<Engine, 'events'>, filters: Filters): NetworkPruneResponse {
  pruneFilter(filters);
  engine.events.publish({ Type: 'network', Action: 'prune', id: '', attributes: { reclaimed: '0' } });
  return { NetworksDeleted: null };
}
