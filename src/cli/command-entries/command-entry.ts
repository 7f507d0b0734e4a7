// Where a command stands.

import type { Command } from '../command.ts';

/** A command's place. */
export interface CommandEntry {
  /** The full path: `container ls`. */
  readonly path: string;
  readonly short: string;
  /** Other paths: `ps`, `container list`. */
  readonly aliases?: readonly string[];
  /** Shown among the common commands. */
  readonly common?: boolean;
  /** For programs, not for people: help does not show it. */
  readonly hidden?: boolean;
  /** Its code, loaded when it is called; absent for a program of its own, which is not ours to run. */
  load?(): Promise<Command>;
}
