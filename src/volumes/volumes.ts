// The room's one object: volumes by name, and who has them mounted.

import type { Kernel } from '../kernel/index.ts';
import { BerthError, conflict, errorKind, errorMessage, notFound, systemError } from '../lib/errors.ts';
import type { Owner } from '../lib/id-map.ts';
import type { Logger } from '../lib/logger.ts';
import type { Collection, Store } from '../store/index.ts';
import type { VolumeDriver } from './driver.ts';
import { LocalDriver } from './drivers/local.ts';
import type { CreateVolume, Volume } from './volume.ts';
import { randomVolumeName } from './volume-name.ts';

interface VolumesDeps {
  kernel: Kernel;
  store: Store;
  logger: Logger;
}

/**
 * All volumes of one daemon.
 *
 * Invariant: the record is the truth. It is written before the folder is made and deleted after the folder was moved
 * out of the way, and `restore` brings the folders in line with it; files without a record become a volume again.
 */
export class Volumes {
  readonly #records: Collection<Volume>;
  readonly #drivers: Map<string, VolumeDriver>;
  readonly #logger: Logger;
  readonly #volumes = new Map<string, Volume>();

  /** `owner`: of new volumes; root's otherwise. */
  constructor(options: { root: string; owner?: Owner | undefined }, deps: VolumesDeps) {
    this.#records = deps.store.collection('volumes');
    this.#logger = deps.logger;
    const local = new LocalDriver(options, { mounts: deps.kernel.mounts, logger: deps.logger });
    this.#drivers = new Map([[local.name, local]]);
    for (const { value } of this.#records.list()) this.#volumes.set(value.name, value);
  }

  /**
   * Makes a volume, or returns the one that has the name (whatever its options). Errors begin with `create NAME: `:
   * `invalid` for a name or option, `not-found` for a driver, `conflict` when another driver has the name.
   */
  create(o: CreateVolume): Volume {
    const name = o.name || randomVolumeName();
    try {
      return this.#create(name, o);
    } catch (error) {
      throw new BerthError(errorKind(error), `create ${name}: ${errorMessage(error)}`, { cause: error });
    }
  }

  find(name: string): Volume | undefined {
    return this.#volumes.get(name);
  }

  /** Like `find`, but throws `not-found`: `get NAME: no such volume`. */
  get(name: string): Volume {
    const volume = this.find(name);
    if (!volume) throw notFound(`get ${name}: no such volume`);
    return volume;
  }

  /** Sorted by name. */
  list(): Volume[] {
    return [...this.#volumes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Removes a volume and its files; the name is free at once, the promise waits for the space. Throws `not-found`
   * (not with `force`), `conflict` while mounted. Containers that are stopped do not count here: that is for the caller.
   */
  async remove(name: string, o: { force?: boolean } = {}): Promise<void> {
    if (o.force && !this.find(name)) return;
    const volume = this.get(name);
    const driver = this.#driver(volume.driver);
    const users = driver.users(volume);
    if (users.length > 0) throw conflict(`remove ${name}: volume is in use - [${users.join(', ')}]`);
    try {
      await driver.remove(volume, () => this.#forget(name));
    } catch (error) {
      throw systemError(`remove ${name}: ${errorMessage(error)}`, error);
    }
  }

  /** Makes the volume's files reachable for a container and returns their path. The same user again is fine. */
  mount(name: string, user: string): string {
    const volume = this.get(name);
    try {
      return this.#driver(volume.driver).mount(volume, user);
    } catch (error) {
      const message = `error while mounting volume '${volume.mountpoint}': ${errorMessage(error)}`;
      throw new BerthError(errorKind(error), message, { cause: error });
    }
  }

  /** The container no longer needs it; a volume or user that is gone is fine. */
  unmount(name: string, user: string): void {
    const volume = this.find(name);
    if (volume) this.#driver(volume.driver).unmount(volume, user);
  }

  /** Ids of the containers that have it mounted. */
  users(name: string): string[] {
    const volume = this.get(name);
    return this.#driver(volume.driver).users(volume);
  }

  /**
   * Fills an empty, mounted volume, or the empty folder `into` of it, from a folder of the container's root file system;
   * false when there was nothing to do. The caller has made sure that neither path leads out of where it belongs.
   */
  async copyUp(name: string, from: string, into?: string): Promise<boolean> {
    const volume = this.get(name);
    return this.#driver(volume.driver).copyUp(volume, from, into);
  }

  /**
   * After a restart: `users` are the running containers by volume name. Finishes removals, makes missing folders,
   * unmounts what nobody uses, and takes in volumes whose record was lost.
   */
  async restore(o: { users: Map<string, Set<string>> }): Promise<void> {
    for (const driver of this.#drivers.values()) {
      const volumes = this.list().filter(volume => volume.driver === driver.name);
      const found = await driver.restore({ ...o, volumes, forget: name => this.#forget(name) });
      for (const { name, mountpoint, createdAt } of found) {
        this.#logger.warn('found files of a volume without a record', { volume: name });
        const rest = { driver: driver.name, labels: {}, options: {}, anonymous: false };
        this.#put({ name, mountpoint, createdAt: withoutFraction(createdAt), ...rest });
      }
    }
  }

  #create(name: string, o: CreateVolume): Volume {
    const existing = this.find(name);
    if (existing && o.driver && o.driver !== existing.driver) throw conflict('volume name must be unique');
    if (existing) return existing;
    const { options = {}, labels = {}, anonymous = !o.name } = o;
    const driver = o.driver || 'local';
    const mountpoint = this.#driver(driver).plan(name, options);
    const createdAt = withoutFraction(new Date().toISOString());
    const volume: Volume = { name, driver, mountpoint, createdAt, labels, options, anonymous };
    this.#put(volume);
    try {
      this.#driver(driver).create(volume);
    } catch (error) {
      this.#forget(name);
      throw error;
    }
    return volume;
  }

  #put(volume: Volume): void {
    this.#records.put(volume.name, volume);
    this.#volumes.set(volume.name, volume);
  }

  #forget(name: string): void {
    this.#records.delete(name);
    this.#volumes.delete(name);
  }

  #driver(name: string): VolumeDriver {
    const driver = this.#drivers.get(name);
    if (!driver) throw notFound(`error looking up volume plugin ${name}: plugin ${JSON.stringify(name)} not found`);
    return driver;
  }
}

/** Docker gives whole seconds. */
function withoutFraction(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
