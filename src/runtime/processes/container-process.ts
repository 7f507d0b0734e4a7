// The first process of a container, under its monitor.

import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kernel } from '../../kernel/index.ts';
import { conflict, errorCode } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { AttachSession } from '../monitor/attach-session.ts';
import { type Bundle, type BundleRecord, removeBundle, writeRecord } from '../monitor/bundle.ts';
import { reopenLog, resizeTerminal } from '../monitor/control.ts';
import type { Exit, Exits } from '../monitor/exits.ts';
import type { LostMonitors } from '../monitor/lost-monitors.ts';
import { monitorLives } from '../monitor/monitor-lives.ts';
import type { OciRuntime } from '../oci-runtime/oci-runtime.ts';
import type { AttachStream, ExitStatus, Process } from '../process.ts';
import { emptyCgroup } from './empty-cgroup.ts';
import { isAlive, type ProcessIdentity, signalProcess } from './process-identity.ts';

const sigkill = 9;
const killedCode = 128 + sigkill;
/** What Docker says of a process whose end nobody saw. */
const unseenCode = 255;

export interface ProcessDeps {
  kernel: Kernel;
  logger: Logger;
  exits: Exits;
  monitors: LostMonitors;
}

export class ContainerProcess implements Process {
  readonly id: string;
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  readonly #identity: ProcessIdentity;
  readonly #bundle: Bundle;
  readonly #record: BundleRecord;
  readonly #runtime: OciRuntime;
  readonly #deps: ProcessDeps;
  #startedAt: Date;
  #over = false;
  #deleted: Promise<void> | undefined;

  constructor(
    options: { identity: ProcessIdentity; bundle: Bundle; record: BundleRecord; runtime: OciRuntime },
    deps: ProcessDeps,
  ) {
    this.id = options.record.id;
    this.pid = options.identity.pid;
    this.#identity = options.identity;
    this.#bundle = options.bundle;
    this.#record = options.record;
    this.#runtime = options.runtime;
    this.#deps = deps;
    this.#startedAt = options.record.started ? new Date(options.record.started.at) : new Date();
    const unwatch = deps.monitors.watch(options.bundle, this.id, () => void this.loseMonitor());
    this.exited = deps.exits.wait(this.id).then(exit => {
      this.#over = true;
      unwatch();
      return exitStatus(exit, this.#bundle, this.#record, deps.kernel);
    });
  }

  get startedAt(): Date {
    return this.#startedAt;
  }

  async start(): Promise<void> {
    const at = new Date();
    // Before, not after: a daemon killed in between must find the process it let run.
    writeRecord(this.#bundle, { ...this.#record, started: { ...this.#identity, at: at.toISOString() } });
    await this.#runtime.start(this.id, () => this.#over);
    this.#startedAt = at;
    await this.endEmptyStdin();
  }

  /**
   * The end of a session is the end of stdin. Only after the start: conmon, busy with it, is late to take the sessions
   * that came meanwhile, and what a quick program says is lost to them. Twice is fine, nothing to end as well.
   */
  async endEmptyStdin(): Promise<void> {
    if (!this.#record.emptyPipe) return;
    const session = await openSession(this.#bundle.attach, { linger: false }, this.#deps.kernel).catch(() => undefined);
    session?.close();
  }

  async attach(o: { stdin?: boolean } = {}): Promise<AttachStream> {
    const { stdin, stdinOnce, tty, emptyPipe = false } = this.#record;
    const closesStdin = stdin && stdinOnce && !tty;
    // conmon drops a session that ends its side when there is no stdin left to end.
    const linger = emptyPipe || (closesStdin && o.stdin === false);
    return openSession(this.#bundle.attach, { linger }, this.#deps.kernel);
  }

  resize(columns: number, rows: number): void {
    if (this.#record.tty && !this.#over) resizeTerminal(this.#bundle.control, columns, rows);
  }

  reopenLog(): boolean {
    return !this.#over && reopenLog(this.#bundle.control);
  }

  signal(signal: number): boolean {
    return !this.#over && signalProcess(this.#identity, signal, this.#deps.kernel);
  }

  pause(): Promise<void> {
    return this.#runtime.pause(this.id);
  }

  async resume(): Promise<void> {
    await this.#runtime.run('resume', this.id);
  }

  /**
   * What nobody watches must not run on: without its monitor it is killed, and counts as killed, or, when it went
   * before, as one whose end nobody saw. A monitor that has left the news of the end is not missed.
   */
  async loseMonitor(): Promise<void> {
    const { kernel, exits, logger } = this.#deps;
    const exit = exits.read(this.id);
    if (exit) return exits.settle(this.id, exit);
    const alive = isAlive(this.#identity, kernel);
    logger.warn('the monitor of a container is gone', { container: this.id, alive });
    if (alive) await this.#end();
    else exits.settle(this.id, { code: unseenCode, at: new Date() });
  }

  delete(): Promise<void> {
    this.#deleted ??= this.#delete().catch(error => {
      this.#deleted = undefined;
      throw error;
    });
    return this.#deleted;
  }

  async #delete(): Promise<void> {
    const { kernel, exits, logger } = this.#deps;
    if (!this.#over) await this.#end();
    if (this.#record.hooks) {
      await this.#runtime.run('delete', '--force', this.id).catch(error => {
        logger.warn('deleting a container with hooks', { container: this.id, error });
      });
    }
    if (this.#record.cgroupPath) await emptyCgroup(this.#record.cgroupPath, kernel);
    this.#runtime.removeState(this.id);
    removeBundle(this.#bundle);
    exits.forget(this.id);
  }

  /** Kills the process and waits for the news of it; says so itself when the monitor is not there to. */
  async #end(): Promise<void> {
    const { kernel, exits } = this.#deps;
    const deadline = Date.now() + 10_000;
    while (signalProcess(this.#identity, sigkill, kernel) && Date.now() < deadline) {
      // Frozen processes die of SIGKILL only after they thaw.
      await this.#thaw();
      await Promise.race([this.exited, delay(20)]);
    }
    while (!this.#over && monitorLives(this.#bundle, this.id, kernel) && Date.now() < deadline) {
      await Promise.race([this.exited, delay(5)]);
    }
    exits.settle(this.id, exits.read(this.id) ?? { code: killedCode, at: new Date() });
    await this.exited;
  }

  async #thaw(): Promise<void> {
    if (this.#over || !isAlive(this.#identity, this.#deps.kernel)) return;
    if (await Promise.race([this.exited.then(() => true), delay(5).then(() => false)])) return;
    await this.resume().catch(() => {
      // It was not paused.
    });
  }
}

/** `conflict` when there is no monitor to attach to. */
export async function openSession(
  path: string,
  options: { linger: boolean },
  kernel: Pick<Kernel, 'sockets'>,
): Promise<AttachStream> {
  try {
    return new AttachSession(await kernel.sockets.connectSeqpacket(path), options);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ECONNREFUSED') throw conflict('the process has ended', error);
    throw error;
  }
}

/** conmon leaves a file when it hears of an OOM kill; it may not have had the time, but the kernel has counted it. */
export function exitStatus(
  exit: Exit,
  bundle: Bundle,
  record: Pick<BundleRecord, 'cgroupPath'>,
  kernel: Pick<Kernel, 'cgroups'>,
): ExitStatus {
  const counted = countedBy(record.cgroupPath, kernel);
  const oomKilled = existsSync(bundle.oom) || counted.oomKills > 0;
  return { ...exit, oomKilled, forksRefused: counted.refusals > 0 };
}

function countedBy(path: string, kernel: Pick<Kernel, 'cgroups'>): { oomKills: number; refusals: number } {
  try {
    const { memory, pids } = kernel.cgroups.stats(path);
    return { oomKills: memory.oomKills, refusals: pids.refusals };
  } catch {
    // The group is gone, and with it what it knew.
    return { oomKills: 0, refusals: 0 };
  }
}
