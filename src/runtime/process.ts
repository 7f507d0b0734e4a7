// The promises a running process makes to the rooms above; containers and exec'd processes look alike.

/** How a process ended. `code` is 128 + signal when a signal ended it, as Docker reports it. */
export interface ExitStatus {
  code: number;
  at: Date;
  /** The kernel killed a process of this container for want of memory. Always false for an exec'd process. */
  oomKilled: boolean;
  /** The limit of processes kept one of this container from being made. Never told of an exec'd process. */
  forksRefused?: boolean;
}

/** A piece of output. A process with a terminal only has `stdout`. */
export interface OutputChunk {
  stream: 'stdout' | 'stderr';
  data: Buffer;
}

/** One attached session. Several may be open at once; each sees everything written after it attached. */
export interface AttachStream {
  /** Ends when the process has closed its outputs or `close()` is called. Not reading it slows the writer down. */
  readonly output: AsyncIterable<OutputChunk>;
  readonly stdin: {
    /** Resolves when the bytes are handed on; waits while the process does not read. */
    write(data: Buffer): Promise<void>;
    /** Closes this session's side; the process sees end of file if its stdin is once-only or it is an exec. */
    end(): void;
  };
  close(): void;
}

/** A process under a monitor. It is created stopped and outlives the daemon once started. */
export interface Process {
  /** The container's id, or the exec's. */
  readonly id: string;
  /** On the host. */
  readonly pid: number;
  /** When `start()` succeeded; before that, when it was created. */
  readonly startedAt: Date;
  /** Lets the created process run. Throws `invalid` with Docker's wording when its program cannot be executed. */
  start(): Promise<void>;
  /** Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /**
   * Before `start()` nothing is lost. `stdin: false` for a session that may leave without ending the process's stdin.
   * Throws `conflict` when the monitor is gone.
   */
  attach(o?: { stdin?: boolean }): Promise<AttachStream>;
  /** Ignored when there is no terminal or the process is gone. */
  resize(columns: number, rows: number): void;
  /**
   * The log goes on in a new file at its path, soon: once there is a file other than before, nothing more comes to the
   * old one. It replaces what is at the path, so asking again before that loses lines. False when the monitor is gone.
   */
  reopenLog(): boolean;
  /** False when the process is gone; never reaches a stranger that got its pid. */
  signal(signal: number): boolean;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Removes runtime state, cgroup and bundle, killing what is left. Idempotent. */
  delete(): Promise<void>;
}

/** A process that ended while no daemon looked. */
export interface EndedProcess {
  readonly exited: ExitStatus;
  /** Removes what it left behind: runtime state, cgroup, exit file, bundle. Until then `adopt` finds it again. */
  delete(): Promise<void>;
}
