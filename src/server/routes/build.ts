// Builds: none can be run yet, so there is no cache to prune.

import type { Handlers } from '../handler.ts';
import { notYetRoutes } from './not-yet.ts';

export function buildRoutes(): Handlers['build'] {
  return { ...notYetRoutes('build'), BuildPrune: () => ({ CachesDeleted: null, SpaceReclaimed: 0 }) };
}
