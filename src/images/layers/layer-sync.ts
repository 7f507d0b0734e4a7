// Extracted layers reach the disk in the background; which ones did not before a power cut is known afterwards.
import type { Kernel } from '../../kernel/index.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Collection, Store } from '../../store/index.ts';
import type { LayerRecord } from './layer-record.ts';

/** Layers come in groups, and writing out meanwhile would slow the next one down. */
const delay = 500;

interface LayerSyncDeps {
  kernel: { files: Pick<Kernel['files'], 'syncFileSystem'>; host: Pick<Kernel['host'], 'bootId'> };
  store: Store;
  records: Collection<LayerRecord>;
  logger: Logger;
}

/**
 * A new layer is marked with the boot it was made in; one `syncfs` for all of them takes the marks away. A process may
 * die at any time, the kernel keeps what it wrote; only a mark of another boot says that files may be missing.
 */
export class LayerSync {
  readonly #root: string;
  readonly #deps: LayerSyncDeps;
  readonly #boot: string;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  /** `root` is on the file system of the layers. */
  constructor(root: string, deps: LayerSyncDeps) {
    this.#root = root;
    this.#deps = deps;
    this.#boot = deps.kernel.host.bootId();
  }

  /** The mark of a layer made now; the sync is on its way. */
  mark(): Pick<LayerRecord, 'unsynced'> {
    this.#schedule();
    return { unsynced: this.#boot };
  }

  /** Layers that a power cut may have left without some of their files, those below others first. */
  doubtful(): Digest[] {
    const marked = this.#marked();
    if (marked.some(({ record }) => record.unsynced === this.#boot)) this.#schedule();
    const lost = marked.filter(({ record }) => record.unsynced !== this.#boot);
    return lost.sort((a, b) => a.record.number - b.record.number).map(({ id }) => id);
  }

  /** Forgets what was planned and waits for what runs; the marks stay for the next process. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  #schedule(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#running.then(() => this.#sync());
    }, delay);
    this.#timer.unref();
  }

  async #sync(): Promise<void> {
    const { kernel, store, records, logger } = this.#deps;
    const marked = this.#marked().filter(({ record }) => record.unsynced === this.#boot);
    if (marked.length === 0) return;
    try {
      await kernel.files.syncFileSystem(this.#root);
      store.transaction(() => {
        for (const { id, record } of marked) {
          const { unsynced: _none, ...synced } = record;
          if (records.get(id)?.number === record.number) records.put(id, synced);
        }
      });
    } catch (error) {
      // The marks stay, and with them the doubt, until the next layers are synced: on a full disk nothing is recorded.
      logger.warn('layers not synced to disk', { error: errorMessage(error) });
    }
  }

  #marked(): { id: Digest; record: LayerRecord }[] {
    return this.#deps.records
      .list()
      .filter(({ value }) => value.unsynced !== undefined)
      .map(({ id, value }) => ({ id: id as Digest, record: value }));
  }
}
