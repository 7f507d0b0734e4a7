// The room's one object: volumes by name, and who has them mounted.

import type { Kernel } from '../kernel/index.ts';
import type { Logger } from '../lib/logger.ts';
import type { Store } from '../store/index.ts';
import type { CreateVolume, Volume } from './volume.ts';

export interface VolumesDeps {
  kernel: Kernel;
  store: Store;
  logger: Logger;
}

/** All volumes of one daemon. */
export class Volumes {
  constructor(_options: { root: string }, _deps: VolumesDeps) {}
  create(_o: CreateVolume): Volume {
    throw new Error('in progress');
  }
  find(_name: string): Volume | undefined {
    return undefined;
  }
  get(_name: string): Volume {
    throw new Error('in progress');
  }
  list(): Volume[] {
    return [];
  }
  async remove(_name: string, _o?: { force?: boolean }): Promise<void> {}
  mount(_name: string, _user: string): string {
    throw new Error('in progress');
  }
  unmount(_name: string, _user: string): void {}
  async copyUp(_name: string, _from: string): Promise<boolean> {
    return false;
  }
  /** After a restart: `users` are the running containers of each volume name. */
  async restore(_o: { users: Map<string, Set<string>> }): Promise<void> {}
}
