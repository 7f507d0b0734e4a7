// Blobs that count from the moment they are whole, and are put on disk a little later, one after the other.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import { type Digest, digestParts, isDigest } from '../../oci/digest.ts';

interface Store {
  path(digest: Digest): string;
  remove(digest: Digest): Promise<void>;
}

/**
 * Syncing is slow and holds up a thread of the pool for as long, so at most one runs. Until it is done, a marker made
 * before the blob got its name says that its bytes may not be there after a power cut: file systems write names in the
 * order in which they were given.
 */
export class LateSync {
  readonly #folder: string;
  readonly #store: Store;
  readonly #pending = new Map<Digest, Promise<void>>();
  #last: Promise<void> = Promise.resolve();

  /** `folder` is for markers; made when it is needed. */
  constructor(folder: string, store: Store) {
    this.#folder = folder;
    this.#store = store;
  }

  /** Makes a verified file the blob of that digest; one that is there already stays, and nothing goes to the disk. */
  async publish(temporary: string, digest: Digest): Promise<void> {
    const target = this.#store.path(digest);
    if (existsSync(target)) return await rm(temporary);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(this.#marker(digest), '', { mode: 0o600 });
    // Somebody else may have published it meanwhile: replacing that, synced already or not, would leave this one unmarked.
    if (existsSync(target)) {
      if (!this.#pending.has(digest)) rmSync(this.#marker(digest), { force: true });
      return await rm(temporary);
    }
    renameSync(temporary, target);
    const mine = this.#last.then(() => this.#sync(digest, target));
    this.#last = mine.catch(() => {});
    this.#pending.set(digest, mine);
    const forget = () => {
      if (this.#pending.get(digest) === mine) this.#pending.delete(digest);
    };
    mine.then(forget, forget);
  }

  /** Resolves when these blobs are on disk; throws what the disk said of one that is not, and is not there any more. */
  async settled(digests: Iterable<Digest>): Promise<void> {
    for (const digest of digests) await this.#pending.get(digest);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** Call it before the first publish: removes the marked blobs that do not have their digest; returns those. */
  async recover(): Promise<Digest[]> {
    const removed: Digest[] = [];
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const digest = name.replace('-', ':');
      if (!isDigest(digest)) continue;
      if (!(await isWhole(this.#store.path(digest), digest))) {
        await this.#store.remove(digest);
        removed.push(digest);
      }
      await rm(this.#marker(digest), { force: true });
    }
    return removed;
  }

  async #sync(digest: Digest, target: string): Promise<void> {
    try {
      for (const path of [target, dirname(target)]) {
        const file = await open(path, 'r');
        try {
          await file.datasync();
        } finally {
          await file.close();
        }
      }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return;
      await this.#store.remove(digest);
      throw error;
    } finally {
      await rm(this.#marker(digest), { force: true }).catch(() => {});
    }
  }

  #marker(digest: Digest): string {
    const { algorithm, hex } = digestParts(digest);
    return join(this.#folder, `${algorithm}-${hex}`);
  }
}

async function isWhole(path: string, digest: Digest): Promise<boolean> {
  const { algorithm, hex } = digestParts(digest);
  const hash = createHash(algorithm);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  } catch (error) {
    // Collected since: nothing to remove.
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
  return hash.digest('hex') === hex;
}
