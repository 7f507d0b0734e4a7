// The `host` driver: containers use the machine's own network; there is nothing to make.

import type { NetworkDriver } from '../driver.ts';
import { createUnconnectedDriver } from './unconnected.ts';

/** Endpoints without address; published ports are ignored, since the container's ports are the machine's. */
export function createHostDriver(): NetworkDriver {
  return createUnconnectedDriver('host');
}
