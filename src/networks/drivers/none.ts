// The `null` driver, of the network `none`: a sandbox of its own with nothing but the loopback.

import type { NetworkDriver } from '../driver.ts';
import { createUnconnectedDriver } from './unconnected.ts';

/** Endpoints without address; published ports are ignored, since nobody can call. */
export function createNoneDriver(): NetworkDriver {
  return createUnconnectedDriver('null');
}
