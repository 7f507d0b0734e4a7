// What pushes under way rely on: digests that somebody found here, sent here or named lately.
import type { Digest } from '../../oci/digest.ts';

/**
 * Whoever relies on a blob notes it *before* looking whether it is there, or in the same step: what anybody may ask for,
 * and is not there, leaves no trace then. A collection asks here and removes in the same
 * step, so either it sees the note and leaves the blob, or the other one looks after it is gone and does not find it.
 */
export class Uses {
  readonly #last = new Map<Digest, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns whether the last note is older than a minute: then it is worth a trace on disk, for after a restart. */
  note(digest: Digest): boolean {
    const now = this.#now();
    const before = this.#last.get(digest) ?? 0;
    this.#last.set(digest, now);
    return now - before > 60_000;
  }

  /** Whether it was noted at or after `since` (milliseconds of the epoch). */
  isRecent(digest: Digest, since: number): boolean {
    return (this.#last.get(digest) ?? 0) >= since;
  }

  /** Forgets notes from before `since`. */
  prune(since: number): void {
    for (const [digest, time] of this.#last) if (time < since) this.#last.delete(digest);
  }
}
