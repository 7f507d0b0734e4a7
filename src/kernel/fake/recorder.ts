// Writes down calls, and makes them fail on demand.

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Wraps the parts of a double. */
export class Recorder {
  readonly calls: string[] = [];
  readonly #failures = new Map<string, { error: Error; times: number }>();

  failOn(callName: string, error: Error, times = Number.POSITIVE_INFINITY): void {
    this.#failures.set(callName, { error, times });
  }

  heal(callName?: string): void {
    if (callName === undefined) this.#failures.clear();
    else this.#failures.delete(callName);
  }

  /** The same object, each of whose methods is recorded as `group.method arguments` and may fail before it acts. */
  watch<T extends object>(group: string, target: T): T {
    return new Proxy(target, {
      get: (object, property) => {
        const value: unknown = Reflect.get(object, property, object);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          try {
            this.#record(`${group}.${String(property)}`, args);
          } catch (error) {
            if (value instanceof AsyncFunction) return Promise.reject(error);
            throw error;
          }
          return value.apply(object, args);
        };
      },
    });
  }

  #record(name: string, args: unknown[]): void {
    this.calls.push([name, ...args.map(describe).filter(text => text !== '')].join(' '));
    const failure = this.#failures.get(name);
    if (!failure) return;
    if (--failure.times <= 0) this.#failures.delete(name);
    throw failure.error;
  }
}

/** Text and numbers as they are; of an object what it is about; of anything else nothing. */
function describe(value: unknown): string {
  if (typeof value === 'string') return value.includes('\n') ? '' : value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  const fields = new Map<string, unknown>(Object.entries(value));
  if (fields.has('protocol')) return `${fields.get('protocol')} ${fields.get('address')}:${fields.get('port')}`;
  for (const key of ['target', 'name', 'destination', 'gateway']) {
    const field = fields.get(key);
    if (typeof field === 'string') return field;
  }
  return '';
}
