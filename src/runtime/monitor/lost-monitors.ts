// Noticing monitors that were killed: nothing else would tell of the end of what they watched.

import type { Kernel } from '../../kernel/index.ts';
import { TimeSlice } from '../../lib/concurrency/time-slice.ts';
import type { Bundle } from './bundle.ts';
import { monitorLives } from './monitor-lives.ts';

const usualInterval = 5000;

interface Watched {
  readonly bundle: Bundle;
  readonly containerId: string;
  lost(): void;
}

/** Looks after all of them now and then, in small portions: no monitor dies of itself before its process. */
export class LostMonitors {
  readonly #kernel: Pick<Kernel, 'processes'>;
  readonly #interval: number;
  readonly #watched = new Set<Watched>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** `interval` in ms. */
  constructor(kernel: Pick<Kernel, 'processes'>, interval: number = usualInterval) {
    this.#kernel = kernel;
    this.#interval = interval;
  }

  /**
   * Calls `lost` once when the monitor is not there any more, which it is not after a usual end either: look for the
   * exit file first. Returns what ends the watch.
   */
  watch(bundle: Bundle, containerId: string, lost: () => void): () => void {
    const watched = { bundle, containerId, lost };
    this.#watched.add(watched);
    this.#schedule();
    return () => this.#watched.delete(watched);
  }

  close(): void {
    this.#closed = true;
    this.#watched.clear();
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#timer || this.#closed || this.#watched.size === 0) return;
    this.#timer = setTimeout(() => void this.#look(), this.#interval);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const slice = new TimeSlice();
    for (const watched of [...this.#watched]) {
      if (slice.used) await slice.pause();
      // It may have been ended, or all of them closed, while others were looked at.
      if (!this.#watched.has(watched) || monitorLives(watched.bundle, watched.containerId, this.#kernel)) continue;
      this.#watched.delete(watched);
      watched.lost();
    }
    this.#timer = undefined;
    this.#schedule();
  }
}
