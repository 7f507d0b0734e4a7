// What a log driver must be able to do, and the values it trades in.

/** Where the monitor writes a container's output. */
export interface LogSink {
  /** Of the file in the k8s-file format; undefined when nothing is kept. */
  path: string | undefined;
  format: 'k8s-file' | 'none';
}

/** One line a container wrote, joined from its parts; a line over 16 KiB comes in several, all but the last unended. */
export interface LogEntry {
  readonly stream: 'stdout' | 'stderr';
  /** When the line was complete, nanoseconds since 1970. */
  readonly timeNs: bigint;
  /** With its newline if the line had one. */
  readonly data: Buffer;
}

/** A container's log: which driver, its validated options, and the container's own directory. */
export interface LogTarget {
  containerId: string;
  driver: string;
  options: Record<string, string>;
  directory: string;
}

/** What to read. `since` and `until` are inclusive, in nanoseconds since 1970. */
export interface ReadOptions {
  /** Only the last so many lines of what is there at the start; undefined is all. */
  tail?: number;
  since?: bigint;
  until?: bigint;
  /** Go on with what is written later, until `ended` and everything written by then is delivered. */
  follow: boolean;
  stdout: boolean;
  stderr: boolean;
  /** Settles when no more output will come. */
  ended: Promise<void>;
  signal?: AbortSignal;
}

/** The hold on whoever writes a log, as far as rotating it needs one. */
export interface LogWriter {
  /**
   * Makes the writer go on in a new file, which soon replaces what is at the log's path. False when there is no writer
   * any more.
   */
  reopen(): boolean;
  /** What kept the log from being rotated; it grows on, and rotating is tried again. */
  onError(error: unknown): void;
}

/** A log that is kept within its limits. */
export interface Rotation {
  /** When the writer has ended. Resolves when no file of the log is touched any more. Never rejects. */
  stop(): Promise<void>;
}

/** One way of keeping logs. A driver knows only who reads and rotates now; the directory is the container's. */
export interface LogDriver {
  readonly name: string;
  /** Throws `invalid` with Docker's wording for an option it does not know or cannot use. */
  validate(options: Record<string, string>): void;
  open(target: Omit<LogTarget, 'driver'>): LogSink;
  /** Of the file being written, whatever the options are worth; undefined when there is none. */
  path(target: Omit<LogTarget, 'driver'>): string | undefined;
  /** In the order written, many lines at a time. Throws `not-implemented` when the driver keeps nothing to read. */
  readBatches(target: Omit<LogTarget, 'driver'>, options: ReadOptions): AsyncIterable<LogEntry[]>;
  /** Keeps a log that is being written within the limits of its options; undefined when they set none. */
  rotate(target: Omit<LogTarget, 'driver'>, writer: LogWriter): Rotation | undefined;
  /** Deletes everything kept; nothing there is fine. */
  remove(target: Omit<LogTarget, 'driver'>): void;
}
