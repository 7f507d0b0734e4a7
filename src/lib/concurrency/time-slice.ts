// Long synchronous work in small portions, so that the daemon answers others meanwhile.

/** Says when it is time to let others run: more than `portion` milliseconds since the last pause. */
export class TimeSlice {
  readonly #portion: number;
  #since = performance.now();

  constructor(portion = 1) {
    this.#portion = portion;
  }

  get used(): boolean {
    return performance.now() - this.#since > this.#portion;
  }

  /** Lets everything that waits on the event loop run once. */
  async pause(): Promise<void> {
    await new Promise<void>(resolve => setImmediate(resolve));
    this.#since = performance.now();
  }
}
