// Writes that keep nothing waiting in memory: at once, in this thread, as long as that is only copying.
import { writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Limiter } from '../../lib/concurrency/limiter.ts';
import { stride } from '../../lib/files/write-strides.ts';

/** Milliseconds: whoever takes longer has not been copying, nor waited for a processor, but for the disk. */
const patience = 100;
/** Milliseconds for which writes then go to other threads. */
const respite = 1_000;
/** Writes there at a time, of all files. */
const slots = 4;
const copySize = 512 * 1024;

/**
 * Shared by everything that comes in at a time. Chunks that wait for their turn to be written are what costs memory with
 * many senders; one that is written when it comes waits for nothing. A disk that holds up its writers (the kernel does
 * when too much is dirty) must not hold up everybody else's requests: while it does, threads wait for it.
 */
export class CachedWrites {
  readonly #slots = new Limiter(slots);
  readonly #copies: Buffer[] = [];
  readonly #now: () => number;
  #heldUpUntil = 0;

  /** `now`: milliseconds of any clock that goes on steadily. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether the disk has held up a writer just now. */
  get heldUp(): boolean {
    return this.#now() < this.#heldUpUntil;
  }

  /** Appends all of it; it is written when the call returns nothing. Throws (or rejects with) what writing throws. */
  write(file: FileHandle, bytes: Uint8Array): Promise<void> | undefined {
    if (this.heldUp) return this.#writeElsewhere(file, bytes);
    for (let done = 0; done < bytes.length; ) {
      const started = this.#now();
      done += writeSync(file.fd, bytes, done, Math.min(stride, bytes.length - done));
      this.#note(started);
    }
    return undefined;
  }

  async #writeElsewhere(file: FileHandle, bytes: Uint8Array): Promise<void> {
    using _slot = await this.#slots.acquire();
    // What was once given to another thread stays in memory until the garbage collector has seen that it came back.
    const copy = this.#copies.pop() ?? Buffer.allocUnsafeSlow(copySize);
    try {
      for (let done = 0; done < bytes.length; ) {
        const portion = bytes.subarray(done, done + copySize);
        copy.set(portion);
        const started = this.#now();
        done += (await file.write(copy, 0, portion.length)).bytesWritten;
        this.#note(started);
      }
    } finally {
      this.#copies.push(copy);
    }
  }

  #note(started: number): void {
    const now = this.#now();
    if (now - started > patience) this.#heldUpUntil = now + respite;
  }
}
