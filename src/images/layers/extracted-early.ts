// Blobs of an archive that are extracted while the rest of it is still read: what they are layers of is said at its end.
import { rm } from 'node:fs/promises';
import { SharedBytes } from '../../content/index.ts';
import { Limiter } from '../../lib/concurrency/limiter.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { type ExtractedBlob, type LayerStore, layersAtOnce } from './layer-store.ts';

/** Bytes of a blob that is worth it. */
const worthIt = 2 * 1024 * 1024;

/** Of one archive. Dispose it at the end: what nobody took is removed. */
export class ExtractedEarly implements AsyncDisposable {
  /** For all that is extracted of the archive. */
  readonly slots = new Limiter(layersAtOnce);
  readonly #layers: LayerStore;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #begun = new Map<Digest, Promise<ExtractedBlob | undefined>>();
  /** Of what came through memory: what of it came twice, or not to its end. */
  readonly #useless: Promise<ExtractedBlob | undefined>[] = [];
  /** Memory that blobs have passed through. */
  readonly #spare: SharedArrayBuffer[] = [];

  constructor(layers: LayerStore, signal: AbortSignal | undefined) {
    this.#layers = layers;
    this.#signal = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
  }

  /** Begins with a blob that is in the content store, unless there is a layer of it. That it is none is found out later. */
  begin(descriptor: Descriptor): void {
    const { digest, size } = descriptor;
    if (size < worthIt || this.#begun.has(digest) || this.#layers.hasDiff(digest)) return;
    const extracted = this.#layers.extractAside({ descriptor, slots: this.slots }, this.#signal);
    // Whoever wants it tries again, and is told why it cannot be.
    this.#begun.set(
      digest,
      extracted.catch(() => undefined),
    );
  }

  /**
   * What an archive of `size` bytes, not compressed, has to pass through to be extracted while it comes; undefined when it
   * is not worth it, or others are still at it: then `begin` with it when it is there.
   */
  follow(size: number): SharedBytes | undefined {
    if (size < worthIt || this.slots.free === 0 || this.#signal.aborted) return undefined;
    const bytes = new SharedBytes(this.#spare.pop());
    const extracted = this.#layers.extractWhileItComes(bytes, this.slots, this.#signal).catch(() => undefined);
    const useless = bytes.whole.then(
      ({ digest }) => {
        if (this.#begun.has(digest)) return extracted;
        this.#begun.set(digest, extracted);
        return undefined;
      },
      () => extracted,
    );
    this.#useless.push(useless);
    // Of one that did not come something may still be on the way to the disk.
    Promise.all([bytes.whole, extracted]).then(
      () => this.#spare.push(bytes.memory),
      () => {},
    );
    return bytes;
  }

  /** What has become of it, for the first who asks. */
  async take(digest: Digest): Promise<ExtractedBlob | undefined> {
    const extracted = this.#begun.get(digest);
    this.#begun.delete(digest);
    return extracted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const useless = await Promise.all(this.#useless);
    const left = [...useless, ...(await Promise.all(this.#begun.values()))];
    await Promise.all(left.map(one => one && rm(one.path, { recursive: true, force: true })));
  }
}
