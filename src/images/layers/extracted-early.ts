// Blobs of an archive that are extracted while the rest of it is still read: what they are layers of is said at its end.
import { rm } from 'node:fs/promises';
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

  /** What has become of it, for the first who asks. */
  async take(digest: Digest): Promise<ExtractedBlob | undefined> {
    const extracted = this.#begun.get(digest);
    this.#begun.delete(digest);
    return extracted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const left = await Promise.all(this.#begun.values());
    await Promise.all(left.map(one => one && rm(one.path, { recursive: true, force: true })));
  }
}
