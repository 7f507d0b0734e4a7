// The files of one call that a client of this machine hands over open.
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { formatOffer, handedId } from '../../../api/buildkit/files/open-files.ts';
import type { HandedFiles, KeptFile } from '../../../builder/index.ts';
import { Limiter } from '../../../lib/concurrency/limiter.ts';

/** How many are read at once: they have disk and workers in common. */
const atOnce = 2;
/** Messages that are looked at together; whoever sends more than that is no client of ours. */
const mostMessages = 2048;

/** Dispose of it when none is taken any more: what nobody took is closed. */
export class OpenFiles implements Disposable {
  /** For the client. */
  readonly offer: string;
  readonly #inbox: ReturnType<HandedFiles['openInbox']>;
  readonly #keep: HandedFiles['keep'];
  readonly #secret = randomBytes(16).toString('hex');
  readonly #here = new Map<number, number>();
  readonly #limiter = new Limiter(atOnce);

  /** Throws when the kernel has no socket for it. */
  constructor({ openInbox, keep }: HandedFiles) {
    this.#inbox = openInbox();
    this.#keep = keep;
    this.offer = formatOffer({ socket: this.#inbox.name, secret: this.#secret });
  }

  /** What makes the file of that number, which the client says it has handed over, at a path; undefined when it is not here. */
  take(id: number): ((path: string, signal: AbortSignal) => Promise<KeptFile>) | undefined {
    this.#look();
    const descriptor = this.#here.get(id);
    if (descriptor === undefined) return undefined;
    this.#here.delete(id);
    return async (path, signal) => {
      try {
        using _slot = await this.#limiter.acquire(signal);
        return await this.#keep(descriptor, path, signal);
      } finally {
        closeSync(descriptor);
      }
    };
  }

  #look(): void {
    for (let seen = 0; seen < mostMessages; seen++) {
      const message = this.#inbox.take();
      if (!message) return;
      const { content, descriptor } = message;
      if (descriptor === undefined) continue;
      const id = handedId(this.#secret, content);
      if (id === undefined || this.#here.has(id)) closeSync(descriptor);
      else this.#here.set(id, descriptor);
    }
  }

  [Symbol.dispose](): void {
    this.#inbox[Symbol.dispose]();
    for (const descriptor of this.#here.values()) closeSync(descriptor);
    this.#here.clear();
  }
}
