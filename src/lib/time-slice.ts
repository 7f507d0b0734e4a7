// Long synchronous work in small portions, so that the daemon answers others meanwhile.

const portion = 1;

/** Says when it is time to let others run: more than 1 ms since the last pause. */
export class TimeSlice {
  #since = performance.now();

  get used(): boolean {
    return performance.now() - this.#since > portion;
  }

  /** Lets everything that waits on the event loop run once. */
  async pause(): Promise<void> {
    await new Promise<void>(resolve => setImmediate(resolve));
    this.#since = performance.now();
  }
}
