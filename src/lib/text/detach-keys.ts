// The keys that leave a container's terminal and the process alone: how they are written, and finding them in what is typed.

/** ctrl-p ctrl-q. */
const defaultDetachKeys = Buffer.from([16, 17]);

/** The bytes of `ctrl-p,ctrl-q`, `ctrl-@`, single characters; '' is the default. Throws a plain Error for a key there is not. */
export function parseDetachKeys(text: string | undefined): Buffer {
  if (!text) return defaultDetachKeys;
  const codes = text.split(',').map(key => {
    if (key.length === 1) return key.charCodeAt(0);
    const control = /^ctrl-([a-z@[\\\]^_])$/.exec(key)?.[1];
    if (control === undefined) throw new Error(`Unknown character: '${key}'`);
    return control >= 'a' && control <= 'z' ? control.charCodeAt(0) - 96 : control.charCodeAt(0) - 64;
  });
  return Buffer.from(codes);
}

/** Holds back what may be the beginning of the sequence until it is known. */
export class DetachKeyFilter {
  readonly #keys: Buffer;
  #matched = 0;

  constructor(keys: Buffer) {
    this.#keys = keys;
  }

  /** What may be passed on, and whether the whole sequence has been typed. */
  push<Bytes extends Uint8Array>(input: Bytes): { pass: Bytes | Buffer; detached: boolean } {
    // Most input has nothing to do with the keys.
    if (this.#matched === 0 && !input.includes(this.#keys[0]!)) return { pass: input, detached: false };
    const pass: number[] = [];
    for (const byte of input) {
      if (byte === this.#keys[this.#matched]) {
        if (++this.#matched === this.#keys.length) return { pass: Buffer.from(pass), detached: true };
        continue;
      }
      pass.push(...this.#keys.subarray(0, this.#matched));
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) pass.push(byte);
    }
    return { pass: Buffer.from(pass), detached: false };
  }
}
