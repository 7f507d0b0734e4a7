// Records what a test's engine asks of its rooms, and makes a named step fail.

/** Questions that change nothing; they would only be noise in what a test expects. */
const questions = new Set(
  'find findId get list endpoint endpoints sandboxPath resolvConf hostsFile containerLayer validate names users'.split(
    ' ',
  ),
);

export class CallLog {
  /** `room.method`, in order, without questions. */
  readonly calls: string[] = [];
  readonly #failures = new Map<string, { error: Error; times: number }>();

  /** The next `times` calls of a step (`images.mountRootfs`) throw `error`. */
  fail(step: string, error: Error = new Error(`${step} failed`), times = 1): void {
    this.#failures.set(step, { error, times });
  }

  /** Notes a call; throws when the test wants it to fail. */
  enter(step: string): void {
    if (!questions.has(step.slice(step.indexOf('.') + 1))) this.calls.push(step);
    const failure = this.#failures.get(step);
    if (!failure) return;
    if (--failure.times === 0) this.#failures.delete(step);
    throw failure.error;
  }

  /** The same object, every method call of which is entered here first. */
  wrap<T extends object>(name: string, room: T): T {
    return new Proxy(room, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          this.enter(`${name}.${String(key)}`);
          return value.apply(target, args);
        };
      },
    });
  }
}
