// Builds that are over, on disk for a while: a record each, a folder with what was said meanwhile and with blobs.
import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { sha256 } from '../../oci/digest.ts';
import type { Collection, Store } from '../../store/index.ts';
import { readFrames, writeFrames } from './frame-file.ts';
import type { HistoryBlob, HistoryRecord } from './history-record.ts';

/** BuildKit's own: so many builds, for so long (milliseconds). Pinned ones stay. */
const limits = { entries: 50, age: 48 * 60 * 60 * 1000 };

interface HistoryContents {
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  /** What was told while it ran, message by message. */
  readonly log: AsyncIterable<Uint8Array>;
}

/** A build on its way to the disk; `written` never rejects. */
interface Arrival {
  readonly record: HistoryRecord;
  readonly contents: HistoryContents;
  readonly written: Promise<void>;
}

/** What is on its way to the disk is there already for everybody who asks. */
export class BuildHistory {
  readonly #root: string;
  readonly #records: Collection<HistoryRecord>;
  readonly #logger: Logger;
  readonly #limits: typeof limits;
  readonly #arriving = new Map<string, Arrival>();

  /** `root` belongs to it alone. Call `restore` before use, `settled` at the end. */
  constructor(o: { root: string; limits?: typeof limits }, { store, logger }: { store: Store; logger: Logger }) {
    this.#root = o.root;
    this.#limits = o.limits ?? limits;
    this.#records = store.collection('build-history');
    this.#logger = logger;
  }

  /** Oldest first. */
  list(): HistoryRecord[] {
    const arriving = [...this.#arriving.values()].map(({ record }) => record);
    const kept = this.#records.list().map(({ value }) => value);
    const all = [...kept.filter(({ ref }) => !this.#arriving.has(ref)), ...arriving];
    const before = Date.now() - this.#limits.age;
    return all.filter(one => one.pinned || one.completedAt >= before).sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Undefined for a build nobody remembers. */
  find(ref: string): HistoryRecord | undefined {
    return this.#arriving.get(ref)?.record ?? this.#records.get(ref);
  }

  /** Remembers a build; resolves when it is on disk. What cannot be written is logged: no build fails of it. */
  async add(record: HistoryRecord, contents: HistoryContents): Promise<void> {
    const { ref } = record;
    // Of builds of one name the last one counts, and they share a folder.
    const before = this.#arriving.get(ref)?.written;
    const arrival: Arrival = { record, contents, written: this.#writeAfter(before, record, contents) };
    this.#arriving.set(ref, arrival);
    await arrival.written;
    if (this.#arriving.get(ref) === arrival) this.#arriving.delete(ref);
    this.#makeRoom();
  }

  async #writeAfter(
    before: Promise<void> | undefined,
    record: HistoryRecord,
    contents: HistoryContents,
  ): Promise<void> {
    try {
      await before;
      await this.#write(record, contents);
    } catch (error) {
      this.#logger.warn('a build could not be kept in the history', { error: errorMessage(error) });
    }
  }

  /** False where there is none of that name. */
  async remove(ref: string): Promise<boolean> {
    await this.#arriving.get(ref)?.written;
    return this.#remove(ref);
  }

  #remove(ref: string): boolean {
    if (!this.#records.delete(ref, { durable: false })) return false;
    rmSync(this.#folder(ref), { recursive: true, force: true });
    return true;
  }

  /** Undefined where there is none of that name. */
  async pin(ref: string, pinned: boolean): Promise<HistoryRecord | undefined> {
    await this.#arriving.get(ref)?.written;
    const record = this.#records.get(ref);
    if (!record) return undefined;
    const changed = { ...record, pinned, generation: record.generation + 1 };
    this.#records.put(ref, changed, { durable: false });
    return changed;
  }

  /** What was told while it ran; nothing where that is gone. */
  async *log(ref: string): AsyncGenerator<Uint8Array, void> {
    await this.#arriving.get(ref)?.written;
    yield* readFrames(join(this.#folder(ref), 'log'));
  }

  /** A blob of any record; undefined where there is none of that digest. */
  async blob(digest: string): Promise<Uint8Array | undefined> {
    for (const { contents } of this.#arriving.values()) {
      const found = contents.blobs.get(digest);
      if (found) return found;
    }
    const owner = this.#records.list().find(({ value }) => blobsOf(value).some(blob => blob.digest === digest));
    return owner && (await readIfThere(join(this.#folder(owner.id), fileName(digest))));
  }

  /** Takes away folders of no record, as a crash leaves them. */
  async restore(): Promise<void> {
    const known = new Set(this.#records.list().map(({ id }) => folderName(id)));
    for (const name of await readdir(this.#root).catch(() => [] as string[])) {
      if (!known.has(name)) await rm(join(this.#root, name), { recursive: true, force: true });
    }
    this.#makeRoom();
  }

  /** Waits until everything is written. */
  async settled(): Promise<void> {
    await Promise.all([...this.#arriving.values()].map(({ written }) => written));
  }

  async #write(record: HistoryRecord, { blobs, log }: HistoryContents): Promise<void> {
    const folder = this.#folder(record.ref);
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    try {
      await writeFrames(join(partial, 'log'), log);
      for (const [digest, bytes] of blobs) await writeFile(join(partial, fileName(digest)), bytes);
      await rm(folder, { recursive: true, force: true });
      await rename(partial, folder);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw error;
    }
    this.#records.put(record.ref, record, { durable: false });
  }

  #makeRoom(): void {
    const before = Date.now() - this.#limits.age;
    const loose = this.#records
      .list()
      .map(({ value }) => value)
      .filter(({ pinned }) => !pinned)
      .sort((a, b) => b.completedAt - a.completedAt);
    for (const [index, { ref, completedAt }] of loose.entries()) {
      if (index >= this.#limits.entries || completedAt < before) this.#remove(ref);
    }
  }

  #folder(ref: string): string {
    return join(this.#root, folderName(ref));
  }
}

/** Clients choose the names of builds: they are no names of files. */
const folderName = (ref: string) => fileName(sha256(ref)).slice(0, 40);

const fileName = (digest: string) => digest.slice(digest.indexOf(':') + 1);

function blobsOf({ error, attestations }: HistoryRecord): HistoryBlob[] {
  return [...Object.values(attestations).flat(), ...(error ? [error.details] : [])];
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
