// Streams of a pretended terminal session, for tests.

import type { Input, Io, Output } from '../io.ts';

interface FakeIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
}

/** An io whose output is kept and whose input is `stdin`. */
export function fakeIo(
  options: {
    program?: 'berth' | 'docker';
    environment?: Record<string, string>;
    stdin?: string;
    directory?: string;
  } = {},
): FakeIo {
  const stdout = new FakeOutput();
  const stderr = new FakeOutput();
  return {
    program: options.program ?? 'berth',
    environment: options.environment ?? {},
    directory: options.directory ?? '/work-dir',
    stdin: fakeInput(options.stdin ?? ''),
    stdout,
    stderr,
    onSignals: () => () => {},
    out: () => stdout.text(),
    err: () => stderr.text(),
  };
}

class FakeOutput implements Output {
  readonly isTerminal = false;
  readonly broken = false;
  readonly #chunks: Buffer[] = [];

  write(chunk: string | Uint8Array): boolean {
    this.#chunks.push(Buffer.from(chunk as string));
    return true;
  }

  async drained(): Promise<void> {}

  async flush(): Promise<void> {}

  size(): undefined {
    return undefined;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

function fakeInput(text: string): Input {
  return {
    isTerminal: false,
    descriptor: undefined,
    async *read() {
      if (text !== '') yield Buffer.from(text);
    },
    setRaw() {},
    setEcho() {},
    stop() {},
  };
}
