// `docker stop`, `kill` and `restart`.

import { BerthError, errorMessage, notModified } from '../../../lib/errors.ts';
import { parseSignal } from '../../../lib/signals.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import type { Container } from '../state/container.ts';
import { startStopped } from './start.ts';
import { cancelRestart, meansToEnd, nextExit, sendSignal, terminate, untilKilled } from './terminate.ts';

const SIGKILL = 9;

/** `signal` and `timeout` (seconds, negative: for ever) override the container's own. */
interface StopOptions {
  signal?: string;
  timeout?: number;
}

/**
 * Returns when it has stopped, by force after the timeout. Throws not-found, not-modified for one that does not run,
 * `invalid` for a signal there is not.
 */
export async function stopContainer(engine: Engine, reference: string, options: StopOptions): Promise<void> {
  const container = engine.containers.get(reference);
  const signal = options.signal ? requireSignal(options.signal, `cannot stop container: ${reference}`) : undefined;
  if (container.state.Restarting && (await cancelRestart(engine, container))) return;
  if (!container.running) throw notModified(`container ${container.id} is already stopped`);
  await terminate(engine, container, { signal, timeout: options.timeout });
  publishContainerEvent(engine, container, 'stop');
}

/** Sends a signal; as a rule no policy brings the container back then, whatever the signal does: see `stopsByHand`. */
export async function killContainer(engine: Engine, reference: string, signalText: string | undefined): Promise<void> {
  const refuse = (why: string, kind: 'invalid' | 'conflict' | 'not-found') =>
    new BerthError(kind, `cannot kill container: ${reference}: ${why}`);
  const container = engine.containers.find(reference);
  if (!container) throw refuse(`No such container: ${reference}`, 'not-found');
  let signal: number;
  try {
    signal = parseSignal(signalText || 'SIGKILL');
  } catch (error) {
    throw refuse(errorMessage(error), 'invalid');
  }
  if (container.state.Restarting) {
    // There is nobody to signal, only a next time to be called off.
    if (stopsByHand(container, signal) && (await cancelRestart(engine, container))) return;
    if (container.state.Restarting) return;
  }
  if (!container.running) throw refuse(`container ${container.id} is not running`, 'conflict');
  if (stopsByHand(container, signal)) {
    container.record.manuallyStopped = true;
    engine.containers.save(container);
  }
  const exited = signal === SIGKILL ? nextExit(container) : undefined;
  await sendSignal(engine, container, signal);
  if (exited) await untilKilled(container, exited);
}

/**
 * Docker's rule: any signal of a person stops for good, except where a stop signal was configured. Then the others do
 * so only under `unless-stopped`.
 */
function stopsByHand(container: Container, signal: number): boolean {
  const { hostConfig } = container.record;
  return meansToEnd(container, signal) || hostConfig.RestartPolicy?.Name === 'unless-stopped';
}

/** Stops the container if it runs and starts it again. */
export async function restartContainer(engine: Engine, reference: string, options: StopOptions): Promise<void> {
  const container = engine.containers.get(reference);
  const signal = options.signal ? requireSignal(options.signal, `Cannot restart container ${reference}`) : undefined;
  if (container.state.Restarting) await cancelRestart(engine, container);
  container.keptAfterExit = true;
  try {
    if (container.running) await terminate(engine, container, { timeout: options.timeout, signal });
  } finally {
    container.keptAfterExit = false;
  }
  using _lock = await engine.locks.acquire(container.id);
  if (!container.running) await startStopped(engine, container);
  publishContainerEvent(engine, container, 'restart');
}

/** The signal's number; throws `invalid` that says what could not be done with it. */
function requireSignal(text: string, refusal: string): number {
  try {
    return parseSignal(text);
  } catch (error) {
    throw new BerthError('invalid', `${refusal}: ${errorMessage(error)}`, { cause: error });
  }
}
