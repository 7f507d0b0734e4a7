// `docker stop`, `kill` and `restart`: signals, patience, then SIGKILL.

import { BerthError, conflict, errorMessage, notModified, systemError } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import { parseSignal } from '../signals.ts';
import type { Container } from '../state/container.ts';
import { launch } from './start.ts';

const SIGKILL = 9;
const SIGTERM = 15;
/** After SIGKILL a process may still hang in the kernel; longer than this is an error worth telling. */
const killPatience = 30_000;

/** `signal` and `timeout` (seconds, negative: for ever) override the container's own. Throws not-modified if stopped. */
export interface StopOptions {
  signal?: string;
  timeout?: number;
}

export async function stopContainer(engine: Engine, reference: string, options: StopOptions): Promise<void> {
  const container = engine.containers.get(reference);
  const signal = options.signal ? parseSignal(options.signal) : undefined;
  if (container.state.Restarting) return cancelRestart(engine, container);
  if (!container.running) throw notModified(`container ${container.id} is already stopped`);
  await terminate(engine, container, { signal, timeout: options.timeout });
  publishContainerEvent(engine, container, 'stop');
}

/** Sends a signal; SIGKILL and the stop signal count as stopping by hand, so that no policy brings the container back. */
export async function killContainer(engine: Engine, reference: string, signalText: string | undefined): Promise<void> {
  const container = engine.containers.get(reference);
  const refuse = (why: string, kind: 'invalid' | 'conflict') =>
    new BerthError(kind, `cannot kill container: ${reference}: ${why}`);
  let signal: number;
  try {
    signal = parseSignal(signalText || 'SIGKILL');
  } catch (error) {
    throw refuse(errorMessage(error), 'invalid');
  }
  if (container.state.Restarting)
    throw refuse(`container ${container.id} is restarting, wait until the container is running`, 'conflict');
  if (!container.running) throw refuse(`container ${container.id} is not running`, 'conflict');
  if (signal === SIGKILL || signal === stopSignal(container)) container.record.manuallyStopped = true;
  const exited = new Promise<void>(resolve => container.onExit(() => resolve()));
  await sendSignal(engine, container, signal);
  if (signal === SIGKILL) await withTimeout(exited, killPatience, () => stuck(container));
}

/** Stops the container if it runs and starts it again. */
export async function restartContainer(engine: Engine, reference: string, options: StopOptions): Promise<void> {
  const container = engine.containers.get(reference);
  if (container.state.Restarting) cancelRestart(engine, container);
  if (container.running)
    await terminate(engine, container, {
      timeout: options.timeout,
      signal: options.signal ? parseSignal(options.signal) : undefined,
    });
  using _lock = await engine.locks.acquire(container.id);
  if (container.removing || container.removed) throw conflict('container is marked for removal and cannot be started');
  container.record.manuallyStopped = false;
  container.restartDelay = 0;
  if (!container.running) await launch(engine, container);
  publishContainerEvent(engine, container, 'restart');
}

/** Stop signal, wait, SIGKILL, wait; returns when the exit has been handled. */
export async function terminate(
  engine: Engine,
  container: Container,
  options: { signal?: number; timeout?: number },
): Promise<void> {
  const seconds = options.timeout ?? container.record.config.StopTimeout ?? engine.config.stopTimeout;
  const exited = new Promise<void>(resolve => container.onExit(() => resolve()));
  container.record.manuallyStopped = true;
  container.stopping = true;
  if (seconds !== 0 || options.signal) await sendSignal(engine, container, options.signal ?? stopSignal(container));
  const patient = seconds < 0 ? exited.then(() => true) : race(exited, seconds * 1000);
  if (!(await patient)) {
    await sendSignal(engine, container, SIGKILL);
    await withTimeout(exited, killPatience, () => stuck(container));
  }
  // The exit is announced while its handling still holds the lock.
  using _handled = await engine.locks.acquire(container.id);
}

/** Ends the waiting for an automatic restart. */
export function cancelRestart(engine: Engine, container: Container): void {
  clearTimeout(container.restartTimer);
  container.record.manuallyStopped = true;
  Object.assign(container.record.state, { Status: 'exited', Running: false, Restarting: false });
  engine.containers.save(container);
  publishContainerEvent(engine, container, 'stop');
}

async function sendSignal(engine: Engine, container: Container, signal: number): Promise<void> {
  const { process } = container;
  if (!process?.signal(signal)) return;
  publishContainerEvent(engine, container, 'kill', { signal: String(signal) });
  // A frozen process would only see it after an unpause.
  if (container.state.Paused && signal === SIGKILL) await process.resume();
}

function stopSignal(container: Container): number {
  return container.record.config.StopSignal ? parseSignal(container.record.config.StopSignal) : SIGTERM;
}

const stuck = (container: Container) =>
  systemError(
    `container ${container.id} PID ${container.state.Pid} is zombie and can not be killed. Use the --init option when creating containers to run an init inside the container that forwards signals and reaps processes`,
  );

/** True when `promise` settles within `milliseconds`. */
async function race(promise: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function withTimeout(promise: Promise<void>, milliseconds: number, error: () => Error): Promise<void> {
  if (!(await race(promise, milliseconds))) throw error();
}
