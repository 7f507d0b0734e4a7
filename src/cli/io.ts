// What a command line reads and writes: the process's own streams, or pretended ones in tests.

/** A place to write to. Nothing is lost as long as `flush` is awaited before the process ends. */
export interface Output {
  readonly isTerminal: boolean;
  /** Queues `chunk`; false asks the writer to wait for `drained`. */
  write(chunk: string | Uint8Array): boolean;
  drained(): Promise<void>;
  /** Resolves when everything is written, or nobody reads any more. */
  flush(): Promise<void>;
  /** Whether the reader has gone away. */
  readonly broken: boolean;
  /** Size of the terminal, undefined when it is none. */
  size(): { columns: number; rows: number } | undefined;
}

/** Where input comes from. */
export interface Input {
  readonly isTerminal: boolean;
  /** Bytes as they come. Ends at end of file or after `stop`. */
  read(): AsyncIterable<Buffer>;
  /** Where it can be read instead of by `read`. */
  readonly descriptor: number | undefined;
  /** Passes keys on as they are typed, without echo; does nothing when it is no terminal. */
  setRaw(on: boolean): void;
  /** Whether typed text is shown, for secrets; does nothing when it is no terminal. */
  setEcho(on: boolean): void;
  /** Stops reading for good and lets go of the stream. */
  stop(): void;
}

/** All of it. */
export interface Io {
  /** The name the program was called by: `berth`, `docker`. */
  readonly program: 'berth' | 'docker';
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Working directory. */
  readonly directory: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Calls `handler` for each of `signals` until the returned function is called; they then no longer end the process. */
  onSignals(signals: readonly NodeJS.Signals[], handler: (signal: NodeJS.Signals) => void): () => void;
}
