// A program on a terminal of its own, to be typed at and read as a person would.

import { eventually } from './eventually.ts';

/** Starts `command` on a new pty; close it with `await using`. */
export class Terminal implements AsyncDisposable {
  readonly #child: Bun.Subprocess;
  readonly #decoder = new TextDecoder();
  #screen = '';
  #read = 0;

  constructor(command: readonly string[], size: { columns: number; rows: number } = { columns: 80, rows: 24 }) {
    this.#child = Bun.spawn([...command], {
      terminal: {
        cols: size.columns,
        rows: size.rows,
        data: (_terminal, data) => {
          this.#screen += this.#decoder.decode(data, { stream: true });
        },
      },
    });
  }

  /** Everything shown so far. */
  get screen(): string {
    return this.#screen;
  }

  type(text: string): void {
    this.#child.terminal?.write(text);
  }

  /** The kernel tells the program with SIGWINCH. */
  resize(size: { columns: number; rows: number }): void {
    this.#child.terminal?.resize(size.columns, size.rows);
  }

  /** Waits until what was shown since the last match matches, and returns the match. */
  async expect(pattern: RegExp, timeoutMs = 15_000): Promise<RegExpExecArray> {
    try {
      return await eventually(`the terminal shows ${pattern}`, () => this.#match(pattern), { timeoutMs });
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}; it shows:\n${this.#screen}`);
    }
  }

  /** The exit code, once the program has ended. */
  get exited(): Promise<number> {
    return this.#child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#child.exited;
    this.#child.terminal?.close();
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    const match = pattern.exec(this.#screen.slice(this.#read));
    if (match) this.#read += match.index + match[0].length;
    return match;
  }
}
