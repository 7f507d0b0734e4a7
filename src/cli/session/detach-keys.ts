// The keys that leave a container's terminal: how they are written, and finding them in what is typed.

/** Docker's default: Ctrl-P, Ctrl-Q. */
const defaultDetachKeys = 'ctrl-p,ctrl-q';

/** The bytes of `ctrl-p,ctrl-q` or `a,b`. Throws a plain Error for a key there is not. */
export function parseDetachKeys(text: string): number[] {
  return (text || defaultDetachKeys).split(',').map(key => {
    if (key.length === 1) return key.charCodeAt(0);
    const name = /^ctrl-(.)$/.exec(key)?.[1];
    if (name !== undefined && /[a-z]/.test(name)) return name.charCodeAt(0) - 96;
    const code = name === undefined ? -1 : '@[\\]^_'.indexOf(name);
    if (code < 0) throw new Error(`Unknown character: '${key}'`);
    return code === 0 ? 0 : 26 + code;
  });
}

/** Looks for the keys across pieces of input. */
export class DetachScanner {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  /** What of `chunk` is to be passed on: keys that may begin the sequence are held back. `detached` ends it all. */
  scan(chunk: Uint8Array): { data: Uint8Array; detached: boolean } {
    const out: number[] = [];
    for (const byte of chunk) {
      if (byte === this.#keys[this.#matched]) {
        this.#matched++;
        if (this.#matched === this.#keys.length) return { data: Uint8Array.from(out), detached: true };
        continue;
      }
      out.push(...this.#keys.slice(0, this.#matched));
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) out.push(byte);
    }
    return { data: Uint8Array.from(out), detached: false };
  }
}
