// Processes of the host, by number.

export interface Processes {
  /** When it started, in clock ticks since boot: with the pid the identity of a process. undefined = gone. */
  startTime(pid: number): number | undefined;
  /** Sends a signal by number (0 only checks); false if the process is gone. pid must be positive. */
  kill(pid: number, signal: number): boolean;
  /** A zombie is not alive. */
  isAlive(pid: number): boolean;
  /** Direct children of all its threads. */
  children(pid: number): number[];
  /** Empty for a kernel thread or a process that is gone. */
  commandLine(pid: number): string[];
  list(): number[];
}
