// A process started in a running container, under a monitor of its own.

import type { Kernel } from '../../kernel/index.ts';
import { conflict, systemError } from '../../lib/errors.ts';
import { type Bundle, removeBundle } from '../monitor/bundle.ts';
import type { Monitor } from '../monitor/conmon.ts';
import { resizeTerminal } from '../monitor/control.ts';
import { runtimeError } from '../oci-runtime/runtime-error.ts';
import type { AttachStream, ExitStatus, Process } from '../process.ts';
import { openSession } from './container-process.ts';
import { identify, type ProcessIdentity, signalProcess } from './process-identity.ts';

const sigkill = 9;
/** What Docker says of a process whose end nobody saw. */
const unknownCode = 255;
/** Of one that is killed because its monitor is gone. */
const killedCode = 128 + sigkill;
/** The shell's codes for a program that is not there, and for one that cannot be run. */
const notFoundCode = 127;
const failedCode = 126;

interface ExecDescription {
  id: string;
  containerId: string;
  bundle: Bundle;
  runtime: string;
  tty: boolean;
  stdin: boolean;
  program: string;
  cwd: string;
  /** Its stdin is a pipe that ends right after the start. */
  emptyPipe?: boolean;
}

/**
 * Before `start()` only the monitor exists: `pid` is 0 and `exited` pending. A start that fails also settles `exited`,
 * with 126 or 127 as a shell would.
 */
export class ExecProcess implements Process {
  readonly id: string;
  readonly exited: Promise<ExitStatus>;
  readonly #exit = Promise.withResolvers<ExitStatus>();
  readonly #description: ExecDescription;
  readonly #monitor: Monitor;
  readonly #kernel: Kernel;
  #identity: ProcessIdentity | undefined;
  #pid = 0;
  #startedAt = new Date();
  #over = false;

  /** `running`: it was started by an earlier daemon. */
  constructor(description: ExecDescription, monitor: Monitor, kernel: Kernel, running?: ProcessIdentity) {
    this.id = description.id;
    this.exited = this.#exit.promise;
    this.#description = description;
    this.#monitor = monitor;
    this.#kernel = kernel;
    if (!running) return;
    this.#identity = running;
    this.#pid = running.pid;
    void this.#watch();
    void this.#endEmptyStdin();
  }

  get pid(): number {
    return this.#pid;
  }

  get startedAt(): Date {
    return this.#startedAt;
  }

  async start(): Promise<void> {
    this.#monitor.go();
    const report = await this.#monitor.report();
    if (!report || report.data < 0) {
      const failure = report
        ? runtimeError({ ...this.#description, action: 'exec', output: report.message ?? '' })
        : systemError('conmon ended before the process was started');
      this.#finish(/executable file not found|no such file/.test(failure.message) ? notFoundCode : failedCode);
      removeBundle(this.#description.bundle);
      throw failure;
    }
    this.#startedAt = new Date();
    this.#pid = report.data;
    this.#identity = identify(report.data, this.#kernel);
    void this.#watch();
    await this.#endEmptyStdin();
  }

  attach(o: { stdin?: boolean } = {}): Promise<AttachStream> {
    const { stdin, tty, emptyPipe = false, bundle } = this.#description;
    const linger = emptyPipe || (stdin && !tty && o.stdin === false);
    return openSession(bundle.attach, { linger }, this.#kernel);
  }

  resize(columns: number, rows: number): void {
    if (this.#description.tty && !this.#over) resizeTerminal(this.#description.bundle.control, columns, rows);
  }

  /** It keeps none. */
  reopenLog(): boolean {
    return false;
  }

  signal(signal: number): boolean {
    return !this.#over && this.#identity !== undefined && signalProcess(this.#identity, signal, this.#kernel);
  }

  pause(): Promise<void> {
    return Promise.reject(conflict('an exec cannot be paused by itself'));
  }

  resume(): Promise<void> {
    return Promise.reject(conflict('an exec cannot be resumed by itself'));
  }

  /** An exec has no state or cgroup of its own: this ends the process, waits for it and removes its files. */
  async delete(): Promise<void> {
    if (!this.#over && this.#pid > 0) {
      this.signal(sigkill);
      await this.exited;
    }
    // A monitor that was never told to go ends with its pipes.
    this.#monitor.release();
    removeBundle(this.#description.bundle);
  }

  /** The end of a session is the end of stdin (see `ContainerProcess`). One that is over has none to end. */
  async #endEmptyStdin(): Promise<void> {
    if (!this.#description.emptyPipe) return;
    const { bundle } = this.#description;
    const session = await openSession(bundle.attach, { linger: false }, this.#kernel).catch(() => undefined);
    session?.close();
  }

  /** The exit code comes over the pipe; a monitor that was killed takes it along, and its process must not run on. */
  async #watch(): Promise<void> {
    const report = await this.#monitor.report().catch(() => undefined);
    this.#finish(report?.data ?? (this.signal(sigkill) ? killedCode : unknownCode));
  }

  #finish(code: number): void {
    this.#over = true;
    this.#monitor.release();
    this.#exit.resolve({ code, at: new Date(), oomKilled: false });
  }
}
