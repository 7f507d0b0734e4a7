// One layer of a pull: downloaded and extracted at the same time, told as Docker tells it.
import type { Repository } from '../../../distribution/index.ts';
import { BerthError, errorKind, errorMessage } from '../../../lib/errors.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { type Digest, shortId } from '../../../oci/digest.ts';
import type { LayerSource, LayerStore } from '../../layers/layer-store.ts';
import type { Emit } from '../transfer-event.ts';
import type { Download } from './download.ts';
import type { Downloads } from './downloads.ts';

/** Milliseconds between two lines about the same bytes. */
const interval = 100;

interface LayerDeps {
  layers: LayerStore;
  downloads: Downloads;
  emit: Emit;
  signal: AbortSignal;
}

/** `download` is absent where the blob is there already. Call `leave` at the end. */
export class PulledLayer {
  readonly descriptor: Descriptor;
  readonly #repository: Repository;
  readonly #deps: LayerDeps;
  #download: Download | undefined;
  #downloaded: Promise<void> | undefined;
  #unwatch: () => void = () => {};
  #said = '';
  #saidAt = 0;
  #extracted = 0;
  #isNew = false;

  constructor(what: { descriptor: Descriptor; repository: Repository; present: boolean }, deps: LayerDeps) {
    this.descriptor = what.descriptor;
    this.#repository = what.repository;
    this.#deps = deps;
    if (!what.present) this.#download = deps.downloads.join(what.descriptor, what.repository);
  }

  /** The blob is in the content store. */
  get isHere(): boolean {
    return this.#download === undefined;
  }

  /** Says what is to be done. `done`: nothing is. */
  announce(done: boolean): void {
    this.#say(done ? 'Already exists' : 'Pulling fs layer');
  }

  /** From now on there is news of the download. */
  begin(): void {
    if (this.#download?.state === 'waiting') this.#say('Waiting');
    this.#watch();
  }

  /** Resolves when the blob is on the disk and right. Throws why not. */
  downloaded(): Promise<void> {
    this.#downloaded ??= this.#finishDownload();
    return this.#downloaded;
  }

  /**
   * Extracts it as its bytes come, and makes it a layer in its place when those below are ready. Throws `invalid` when it
   * is not what `diffId` says.
   */
  async extract(chainId: Digest, diffId: Digest, place: Pick<LayerSource, 'below' | 'ready' | 'slots'>): Promise<void> {
    const { layers, signal } = this.#deps;
    for (let again = !layers.has(chainId); again; ) {
      const download = this.#download;
      const restarts = download?.restarts;
      this.#extracted = 0;
      const onRead = (bytes: number) => {
        this.#extracted += bytes;
        if (!download || download.state === 'complete') this.#progress('Extracting', this.#extracted);
      };
      const open = download && (() => download.follow());
      this.#isNew = true;
      try {
        const source = { ...place, descriptor: this.descriptor, onRead, open };
        await layers.ensure(chainId, diffId, source, signal);
        again = false;
      } catch (error) {
        // Why bytes make no sense, their digest tells; and of what another pull failed at, our repository decides.
        if (!signal.aborted && (download?.failed || errorKind(error) === 'invalid')) await this.downloaded();
        const anew = this.#download !== download || download?.restarts !== restarts;
        if (!anew || signal.aborted) throw explainLayerError(error);
      }
    }
  }

  /** After `extract`: resolves when all of it is here. Throws why not. */
  async complete(): Promise<void> {
    await this.downloaded();
    if (this.#isNew || this.#download) this.#say('Pull complete');
  }

  /** After `downloaded`: makes it a blob of the store. */
  async publish(lease: Parameters<Download['publish']>[0]): Promise<void> {
    await this.#download?.publish(lease);
  }

  leave(): void {
    this.#unwatch();
    if (this.#download) this.#deps.downloads.leave(this.#download);
  }

  async #finishDownload(): Promise<void> {
    const download = this.#download;
    if (!download) return;
    try {
      await download.done;
    } catch (error) {
      if (download.repository === this.#repository || this.#deps.signal.aborted) throw error;
      this.leave();
      this.#download = this.#deps.downloads.join(this.descriptor, this.#repository);
      this.#watch();
      await this.#download.done;
    }
  }

  #watch(): void {
    this.#unwatch();
    const download = this.#download;
    if (!download) return;
    const tell = () => {
      if (download.state === 'downloading') this.#progress('Downloading', download.received);
      else if (download.state === 'verifying') this.#say('Verifying Checksum');
      else if (download.state === 'complete') this.#say('Download complete');
    };
    this.#unwatch = download.watch(tell);
    tell();
  }

  #say(status: string): void {
    if (status === this.#said) return;
    this.#said = status;
    this.#deps.emit({ kind: 'progress', id: shortId(this.descriptor.digest), status });
  }

  #progress(status: string, current: number): void {
    const now = Date.now();
    if (status === this.#said && now - this.#saidAt < interval) return;
    [this.#said, this.#saidAt] = [status, now];
    const { digest, size: total } = this.descriptor;
    this.#deps.emit({ kind: 'progress', id: shortId(digest), status, current, total });
  }
}

/** In Docker's words. That the layer is another one than the configuration says stands for itself. */
function explainLayerError(error: unknown): unknown {
  const kind = errorKind(error);
  const message = errorMessage(error);
  if ((kind !== 'invalid' && kind !== 'system') || message.startsWith('layers from manifest')) return error;
  return new BerthError(kind, `failed to register layer: ${message}`, { cause: error });
}
