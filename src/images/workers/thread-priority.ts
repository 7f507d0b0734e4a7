// How much of a processor a worker's thread gets where others want it, too.
import { setPriority } from 'node:os';

/** Nice value of a thread while nobody waits for what it does. */
const patient = 10;

/** Of the thread that makes it. */
export class ThreadPriority {
  #current = 0;

  /** Whether it gives way. A thread that may not come back from that stays as it is. */
  set(gives: boolean): void {
    const wanted = gives ? patient : 0;
    if (wanted === this.#current) return;
    try {
      // On Linux the "process" of number 0 is the thread that asks.
      setPriority(0, wanted);
      this.#current = wanted;
    } catch {
      // It goes on as it is.
    }
  }
}
