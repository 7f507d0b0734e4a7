// Asking the user for a line of text.

import type { Context } from '../context.ts';
import { ExitError } from '../failure.ts';

/** Asks several questions on one standard input; `close` when done. */
export class Prompt {
  readonly #context: Context;
  readonly #input: AsyncIterator<Buffer>;
  #rest = '';

  constructor(context: Context) {
    this.#context = context;
    this.#input = context.io.stdin.read()[Symbol.asyncIterator]();
  }

  /** Prints `question` and reads a line, trimmed; '' at the end of the input. */
  async ask(question: string): Promise<string> {
    await this.#context.print(question);
    return (await this.#line()).trim();
  }

  /** Like `ask`, for a secret: what is typed is not shown, even when the user gives up. */
  async askSecret(question: string): Promise<string> {
    const { io } = this.#context;
    let interrupted = false;
    const listen = io.onSignals(['SIGINT', 'SIGTERM'], () => {
      interrupted = true;
      io.stdin.stop();
    });
    io.stdin.setEcho(false);
    try {
      await this.#context.print(question);
      const line = await this.#line();
      if (interrupted) throw new ExitError(130, '\n');
      await this.#context.print('\n');
      return line.trim();
    } finally {
      io.stdin.setEcho(true);
      listen();
    }
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf('\n');
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#input.next();
      if (done) {
        const line = this.#rest;
        this.#rest = '';
        return line;
      }
      this.#rest += value.toString();
    }
  }
}
