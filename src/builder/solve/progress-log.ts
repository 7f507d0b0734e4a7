// The news of one build, kept from its beginning so that whoever watches later misses nothing.
import type { Digest } from '../../oci/digest.ts';
import type { BuildEvent, CacheReason, Vertex } from '../progress.ts';

/** Producers call the methods; watchers iterate. After `close` nothing more is taken. */
export class ProgressLog {
  readonly #events: BuildEvent[] = [];
  readonly #known = new Set<Digest>();
  readonly #over = new Set<Digest>();
  #wake = Promise.withResolvers<void>();
  #closed = false;

  /** Announces a vertex; once for each digest. */
  vertex(vertex: Vertex): void {
    if (this.#known.has(vertex.digest)) return;
    this.#known.add(vertex.digest);
    this.push({ kind: 'vertex', vertex });
  }

  started(vertex: Digest): void {
    this.push({ kind: 'started', vertex, at: new Date() });
  }

  /** Only the first end of a vertex counts. */
  completed(vertex: Digest, o: { cached?: boolean; output?: string; reason?: CacheReason; error?: string } = {}): void {
    if (this.#over.has(vertex)) return;
    this.#over.add(vertex);
    this.push({ kind: 'completed', vertex, at: new Date(), cached: false, ...o });
  }

  isCompleted(vertex: Digest): boolean {
    return this.#over.has(vertex);
  }

  push(event: BuildEvent): void {
    if (this.#closed) return;
    this.#events.push(event);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  close(): void {
    this.#closed = true;
    this.#wake.resolve();
  }

  async *watch(): AsyncGenerator<BuildEvent, void> {
    for (let at = 0; ; at++) {
      while (at >= this.#events.length) {
        if (this.#closed) return;
        await this.#wake.promise;
      }
      yield this.#events[at] as BuildEvent;
    }
  }
}
