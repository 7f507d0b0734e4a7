// A client's connection, from the inside: what it was sent, what it types, and how fast it reads.

import { Duplex } from 'node:stream';

export class FakeClient extends Duplex {
  readonly sent: Buffer[] = [];
  /** While true nothing is taken in. */
  stalled = false;
  #blocked: (() => void) | undefined;

  constructor() {
    super({ writableHighWaterMark: 16, allowHalfOpen: true });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = () => {
      this.sent.push(chunk);
      done();
    };
    if (this.stalled) this.#blocked = take;
    else take();
  }

  /** Reads on. */
  flow(): void {
    this.stalled = false;
    this.#blocked?.();
  }

  type(text: string): void {
    this.push(Buffer.from(text));
  }

  /** Closes its own side only. */
  endInput(): void {
    this.push(null);
  }

  get text(): string {
    return Buffer.concat(this.sent).toString();
  }
}
