// The undo list of a multi-step operation: what was done last is undone first.

type Undo = () => void | Promise<void>;

/**
 * Collects undo steps. Disposing it runs them in reverse order, all of them even if some fail;
 * `move()` takes them out, so that a success keeps what was made.
 *
 * ```ts
 * await using undo = new CleanupStack();
 * undo.defer('unmount rootfs', () => unmount(path));
 * ...
 * return undo.move();
 * ```
 */
export class CleanupStack implements AsyncDisposable {
  #steps: { name: string; undo: Undo }[] = [];
  readonly #onError: ((name: string, error: unknown) => void) | undefined;

  /** `onError` hears of an undo step that failed; without it failures are collected and thrown together. */
  constructor(onError?: (name: string, error: unknown) => void) {
    this.#onError = onError;
  }

  /** Adds an undo step; `name` says what it does, for the log. */
  defer(name: string, undo: Undo): void {
    this.#steps.push({ name, undo });
  }

  /** Takes all steps out into a new stack; this one then disposes to nothing. */
  move(): CleanupStack {
    const taken = new CleanupStack(this.#onError);
    taken.#steps = this.#steps;
    this.#steps = [];
    return taken;
  }

  /** Runs the steps, last first; throws an AggregateError if any failed and no `onError` was given. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      const { name } = step;
      try {
        await step.undo();
      } catch (error) {
        if (this.#onError) this.#onError(name, error);
        else failures.push(new Error(`${name}: ${String(error)}`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'cleanup failed');
  }
}
