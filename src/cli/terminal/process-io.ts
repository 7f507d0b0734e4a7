// The streams, environment and signals of this process.

import { basename } from 'node:path';
import type { WriteStream } from 'node:tty';
import type { Input, Io } from '../io.ts';
import { FdOutput } from '../output/fd-output.ts';
import { isTerminal } from './is-terminal.ts';

/** The io of the running process; `calledAs` is its argv[0]. */
export function processIo(calledAs: string): Io {
  return {
    program: basename(calledAs) === 'docker' ? 'docker' : 'berth',
    environment: process.env,
    directory: process.cwd(),
    stdin: new ProcessInput(),
    stdout: new FdOutput(1, terminalSize),
    stderr: new FdOutput(2, terminalSize),
    onSignals(signals, handler) {
      for (const signal of signals) process.on(signal, handler);
      return () => {
        for (const signal of signals) process.off(signal, handler);
      };
    },
  };
}

function terminalSize(): { columns: number; rows: number } | undefined {
  const stream = process.stdout as WriteStream & { _refreshSize?: () => void };
  stream._refreshSize?.();
  return stream.columns ? { columns: stream.columns, rows: stream.rows } : undefined;
}

class ProcessInput implements Input {
  readonly isTerminal = isTerminal(0);
  readonly descriptor = 0;
  #stopped = false;
  #raw = false;
  #echo = true;

  async *read(): AsyncIterable<Buffer> {
    const stream = this.#stream();
    if (!stream || this.#stopped) return;
    try {
      for await (const chunk of stream) {
        if (this.#stopped) return;
        yield chunk as Buffer;
      }
    } catch {
      // What cannot be read (a directory, a terminal that went away) has no more input.
    }
  }

  setRaw(on: boolean): void {
    if (!this.isTerminal || this.#raw === on) return;
    this.#raw = on;
    process.stdin.setRawMode(on);
    // setRawMode leaves the translation of \n to \r\n on, which garbles full-screen programs.
    // Loaded here: most commands never need it, and it costs part of the start-up time.
    if (on) stty('-opost');
  }

  setEcho(on: boolean): void {
    if (!this.isTerminal || this.#echo === on) return;
    this.#echo = on;
    stty(on ? 'echo' : '-echo');
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.setRaw(false);
    this.setEcho(true);
    // Only what was opened is closed: asking for process.stdin would open it.
    this.#opened?.destroy();
  }

  #opened: NodeJS.ReadStream | undefined;

  /** Undefined where reading is impossible: a directory as standard input makes the getter throw. */
  #stream(): NodeJS.ReadStream | undefined {
    try {
      this.#opened = process.stdin;
      return this.#opened;
    } catch {
      return undefined;
    }
  }
}

/** Changes a setting of the terminal that is our standard input. */
function stty(setting: string): void {
  process
    .getBuiltinModule('node:child_process')
    .spawnSync('stty', [setting], { stdio: ['inherit', 'ignore', 'ignore'] });
}
