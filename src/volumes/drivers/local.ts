// The `local` driver: a folder per volume below the data root, and for volumes with options a file system mounted on it.

import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mounts } from '../../kernel/index.ts';
import { KeyedMutex } from '../../lib/concurrency/keyed-mutex.ts';
import { errorCode, errorMessage, systemError } from '../../lib/errors.ts';
import { namesIfThere } from '../../lib/files/if-there.ts';
import type { Owner } from '../../lib/id-map.ts';
import type { Logger } from '../../lib/logger.ts';
import { copyUp, stagingPrefix } from '../copy-up.ts';
import type { VolumeDriver } from '../driver.ts';
import type { Volume } from '../volume.ts';
import { checkVolumeName } from '../volume-name.ts';
import { readLocalOptions, resolveServer } from './local-options.ts';

/** A volume being removed is first renamed to this, 8 digits and its name: names of volumes never begin with a dot. */
const removingPrefix = '.removing.';

/** See VolumeDriver. `<root>/volumes/<name>/_data` is the mountpoint. */
export class LocalDriver implements VolumeDriver {
  readonly name = 'local';
  readonly #directory: string;
  readonly #owner: Owner | undefined;
  readonly #mounts: Mounts;
  readonly #logger: Logger;
  readonly #users = new Map<string, Set<string>>();
  readonly #copying = new KeyedMutex();

  constructor(o: { root: string; owner?: Owner | undefined }, deps: { mounts: Mounts; logger: Logger }) {
    this.#directory = join(o.root, 'volumes');
    this.#owner = o.owner;
    this.#mounts = deps.mounts;
    this.#logger = deps.logger;
  }

  plan(name: string, options: Record<string, string>): string {
    checkVolumeName(name);
    readLocalOptions(options);
    return join(this.#directory, name, '_data');
  }

  create(volume: Volume): void {
    try {
      // Nobody but root passes through: what is inside may be open to all.
      mkdirSync(join(this.#directory, volume.name), { recursive: true, mode: 0o701 });
      if (isDirectory(volume.mountpoint)) return;
      mkdirSync(volume.mountpoint, { mode: 0o755 });
      if (this.#owner) chownSync(volume.mountpoint, this.#owner.uid, this.#owner.gid);
    } catch (error) {
      throw systemError(`error while creating volume root path '${volume.mountpoint}': ${errorMessage(error)}`, error);
    }
  }

  mount(volume: Volume, user: string): string {
    const users = this.#users.get(volume.name) ?? new Set();
    if (users.size === 0) this.#mount(volume);
    this.#users.set(volume.name, users.add(user));
    return volume.mountpoint;
  }

  unmount(volume: Volume, user: string): void {
    const users = this.#users.get(volume.name);
    if (!users?.delete(user) || users.size > 0) return;
    this.#users.delete(volume.name);
    // Lazily: a container that is just ending may hold it for another moment.
    if (readLocalOptions(volume.options)) this.#mounts.unmount(volume.mountpoint, { lazy: true });
  }

  users(volume: Volume): string[] {
    return [...(this.#users.get(volume.name) ?? [])];
  }

  async remove(volume: Volume, commit: () => void): Promise<void> {
    // Whatever is mounted there is not ours to delete.
    while (readLocalOptions(volume.options) && this.#mounts.unmount(volume.mountpoint, { lazy: true }));
    const trash = join(this.#directory, `${removingPrefix}${randomBytes(4).toString('hex')}${volume.name}`);
    try {
      renameSync(join(this.#directory, volume.name), trash);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    commit();
    await rm(trash, { recursive: true, force: true });
  }

  async copyUp(volume: Volume, from: string, into = volume.mountpoint): Promise<boolean> {
    return this.#copying.run(volume.name, () =>
      copyUp({
        from,
        to: into,
        inPlace: into !== volume.mountpoint || readLocalOptions(volume.options) !== undefined,
        isShared: () => this.users(volume).length > 1,
      }),
    );
  }

  async restore(o: {
    volumes: Volume[];
    users: Map<string, Set<string>>;
    forget: (name: string) => void;
  }): Promise<{ name: string; mountpoint: string; createdAt: string }[]> {
    const present = namesIfThere(this.#directory);
    const forgotten = new Set<string>();
    for (const entry of present.filter(name => name.startsWith(removingPrefix))) {
      const name = entry.slice(removingPrefix.length + 8);
      // Unless the name was taken again: then the record is the new volume's.
      if (!present.includes(name)) {
        forgotten.add(name);
        o.forget(name);
      }
      await this.#discard(join(this.#directory, entry));
    }
    for (const volume of o.volumes.filter(({ name }) => !forgotten.has(name))) {
      this.create(volume);
      for (const entry of namesIfThere(join(this.#directory, volume.name))) {
        if (entry.startsWith(stagingPrefix)) await this.#discard(join(this.#directory, volume.name, entry));
      }
      this.#adopt(volume, o.users.get(volume.name) ?? new Set());
    }
    const known = new Set(o.volumes.map(volume => volume.name));
    return present.filter(name => !name.startsWith('.') && !known.has(name)).flatMap(name => this.#found(name));
  }

  #mount(volume: Volume): void {
    const wanted = readLocalOptions(volume.options);
    if (!wanted || this.#mounts.isMounted(volume.mountpoint)) return;
    const { type, device: source, options } = resolveServer(wanted);
    try {
      this.#mounts.mount({ type, source, target: volume.mountpoint, options });
    } catch (error) {
      const what = `${source}:${volume.mountpoint}${options ? `, options: ${options}` : ''}`;
      throw systemError(`failed to mount local volume: mount ${what}: ${reason(error)}`, error);
    }
  }

  /** What cannot be removed now (the copy of the daemon before may still be running) is left to the next start. */
  async #discard(path: string): Promise<void> {
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      this.#logger.warn('cannot remove what is left of a volume', { path, error });
    }
  }

  #adopt(volume: Volume, users: Set<string>): void {
    if (users.size > 0) this.#users.set(volume.name, new Set(users));
    else if (readLocalOptions(volume.options)) this.#mounts.unmount(volume.mountpoint, { lazy: true });
  }

  /** A volume's folder without a record (the records were lost): its files are worth keeping. */
  #found(name: string): { name: string; mountpoint: string; createdAt: string }[] {
    const mountpoint = join(this.#directory, name, '_data');
    if (!isDirectory(mountpoint)) return [];
    return [{ name, mountpoint, createdAt: statSync(mountpoint).birthtime.toISOString() }];
  }
}

/** What the kernel said, without the call and the path, which the message has already. */
function reason(error: unknown): string {
  return errorMessage(error).replace(/^.*: /, '');
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
