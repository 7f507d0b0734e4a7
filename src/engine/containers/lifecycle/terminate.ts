// Ending a container's process: signals, patience, then SIGKILL.

import { longestTimer } from '../../../lib/concurrency/longest-timer.ts';
import { systemError } from '../../../lib/errors.ts';
import { parseSignal } from '../../../lib/signals.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import type { Container } from '../state/container.ts';
import { markThawed } from './pause.ts';

const SIGKILL = 9;
const SIGTERM = 15;
/** After SIGKILL a process may still hang in the kernel; longer than this is an error worth telling. */
const killPatience = 30_000;

/** Resolves at the next exit; throws `system` when SIGKILL has not brought it about in half a minute. */
export async function untilKilled(container: Container, exited: Promise<void>): Promise<void> {
  if (!(await race(exited, killPatience))) throw stuck(container);
}

/** The next exit of the container. */
export function nextExit(container: Container): Promise<void> {
  return new Promise(resolve => container.onExit(() => resolve()));
}

/** Stop signal, wait, SIGKILL, wait; returns when the exit has been handled. */
export async function terminate(
  engine: Engine,
  container: Container,
  options: { signal?: number; timeout?: number },
): Promise<void> {
  const seconds = options.timeout ?? container.record.config.StopTimeout ?? engine.config.stopTimeout;
  const exited = nextExit(container);
  container.record.manuallyStopped = true;
  if (seconds !== 0 || options.signal) await sendSignal(engine, container, options.signal ?? stopSignal(container));
  const patient = seconds < 0 ? exited.then(() => true) : race(exited, seconds * 1000);
  if (!(await patient)) {
    await sendSignal(engine, container, SIGKILL);
    await untilKilled(container, exited);
  }
  // The exit is announced while its handling still holds the lock.
  using _handled = await engine.locks.acquire(container.id);
}

/** Ends the waiting for an automatic restart; false when there is none, or no longer: then the container runs. */
export async function cancelRestart(engine: Engine, container: Container): Promise<boolean> {
  using _lock = await engine.locks.acquire(container.id);
  const { state } = container.record;
  if (!state.Restarting) return false;
  clearTimeout(container.restartTimer);
  container.record.manuallyStopped = true;
  Object.assign(state, { Status: 'exited', Running: false, Restarting: false });
  engine.containers.save(container);
  publishContainerEvent(engine, container, 'stop');
  // Who came after the last exit waits for one that will not come.
  container.announceExit({ code: state.ExitCode, at: new Date(state.FinishedAt), oomKilled: state.OOMKilled });
  return true;
}

/** A frozen process is thawed for a signal that is to end it. Nothing happens when the process is gone. */
export async function sendSignal(engine: Engine, container: Container, signal: number): Promise<void> {
  const { process } = container;
  if (!process?.signal(signal)) return;
  publishContainerEvent(engine, container, 'kill', { signal: String(signal) });
  // A frozen process would only see it after an unpause.
  if (container.state.Paused && meansToEnd(container, signal)) {
    await process.resume();
    if (container.process === process) markThawed(engine, container);
  }
}

/** Whether Docker takes a signal for a wish that the container ends: without a stop signal of its own, any. */
export function meansToEnd(container: Container, signal: number): boolean {
  return signal === SIGKILL || !container.record.config.StopSignal || signal === stopSignal(container);
}

/** The signal that asks this container to end. */
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
    timer = setTimeout(() => resolve(false), Math.min(milliseconds, longestTimer));
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
