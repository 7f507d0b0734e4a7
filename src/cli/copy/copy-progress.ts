// What `cp` says on a terminal: how much has passed, and at the end where it is.

import { humanSize } from '../../lib/text/units.ts';
import type { Context } from '../context.ts';

const interval = 500;

/** Counts what passes through `count` and shows it; `done` ends that with a sentence. Quiet when told to be. */
export class CopyProgress {
  readonly #context: Context;
  readonly #header: string;
  readonly #quiet: boolean;
  #size = 0;
  #shown = performance.now();
  #line = false;

  constructor(context: Context, header: string, quiet: boolean) {
    this.#context = context;
    this.#header = header;
    this.#quiet = quiet;
  }

  async *count(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of stream) {
      this.#size += chunk.length;
      this.#show();
      yield chunk;
    }
  }

  done(target: string): void {
    if (this.#quiet) return;
    this.#clear();
    this.#context.io.stderr.write(`Successfully copied ${humanSize(this.#size, 3)} to ${target}\n`);
  }

  #show(): void {
    const now = performance.now();
    if (this.#quiet || now - this.#shown < interval) return;
    this.#shown = now;
    this.#clear();
    this.#line = true;
    this.#context.io.stderr.write(`${this.#header} - ${humanSize(this.#size, 3)}`);
  }

  #clear(): void {
    if (this.#line) this.#context.io.stderr.write('\r\x1b[2K');
    this.#line = false;
  }
}
