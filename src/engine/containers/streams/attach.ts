// `docker attach`: a client joins a container's terminal or streams, before the start or while it runs.

import type { Duplex } from 'node:stream';
import { conflict } from '../../../lib/errors.ts';
import { drained } from '../../../lib/streams/drained.ts';
import { encodeFrame } from '../../../lib/streams/frames.ts';
import type { Process } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import type { Container, PendingAttach } from '../state/container.ts';
import { readLogs } from '../views/logs.ts';
import { readDetachKeys } from './detach-keys.ts';
import { type PumpOptions, pump } from './pump.ts';

interface AttachOptions {
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  /** What was written until now. */
  logs?: boolean;
  /** What is written from now on. */
  stream?: boolean;
  detachKeys?: string;
  /** False: stdout and stderr come bare, one after the other, as a websocket carries them. */
  framed?: boolean;
}

/**
 * `open` takes the client's connection over; errors before that (not-found, paused, restarting) are plain. Attaching
 * to a container that does not run waits for its start and misses nothing of it. Returns when the client is served.
 */
export async function attachContainer(
  engine: Engine,
  reference: string,
  options: AttachOptions,
  open: (options: { multiplexed: boolean }) => Duplex,
): Promise<void> {
  const container = engine.containers.get(reference);
  if (container.state.Paused) throw conflict(`container ${reference} is paused, unpause the container before attach`);
  if (container.state.Restarting)
    throw conflict(`container ${container.id} is restarting, wait until the container is running`);
  const detachKeys = readDetachKeys(options.detachKeys, 'detach');
  const multiplexed = !container.tty && options.framed !== false;
  const connection = open({ multiplexed });
  connection.on('error', () => connection.destroy());
  try {
    if (options.logs) await replayLogs(engine, container, options, connection);
    if (!options.stream) return void connection.end();
    publishContainerEvent(engine, container, 'attach');
    const end = await serve(container, connection, {
      multiplexed,
      stdin: options.stdin === true && container.record.config.OpenStdin === true,
      stdout: options.stdout === true,
      stderr: options.stderr === true,
      detachKeys,
    });
    if (end === 'detached') publishContainerEvent(engine, container, 'detach');
  } catch (error) {
    connection.destroy();
    engine.logger.debug('attach ended', { container: container.id, error: String(error) });
  }
}

async function serve(container: Container, connection: Duplex, options: PumpOptions) {
  const { process } = container;
  if (connection.destroyed) return 'client-gone';
  if (process) return pump(connection, await process.attach({ stdin: options.stdin }), options);
  return new Promise<Awaited<ReturnType<typeof pump>>>((resolve, reject) => {
    const pending: PendingAttach = { connect, fail: () => abandon() };
    const abandon = () => {
      container.pendingAttaches.delete(pending);
      forgetRemoval();
      connection.destroy();
      resolve('client-gone');
    };
    const forgetRemoval = container.onRemoved(abandon);
    connection.once('close', abandon);
    container.pendingAttaches.add(pending);
    async function connect(started: Process): Promise<void> {
      connection.off('close', abandon);
      forgetRemoval();
      const session = await started.attach({ stdin: options.stdin });
      pump(connection, session, options).then(resolve, reject);
    }
  });
}

async function replayLogs(
  engine: Engine,
  container: Container,
  options: AttachOptions,
  connection: Duplex,
): Promise<void> {
  const { stdout, stderr } = options;
  const { multiplexed, stream } = readLogs(engine, container.id, { stdout, stderr }, new AbortController().signal);
  for await (const frame of stream) {
    if (connection.destroyed) return;
    const ready = connection.write(multiplexed ? encodeFrame(frame.stream, frame.data) : frame.data);
    if (!ready) await drained(connection);
  }
}

/** Throws `conflict` when there is nothing to resize. */
export function resizeContainer(
  engine: Pick<Engine, 'containers' | 'events'>,
  reference: string,
  columns: number,
  rows: number,
): void {
  const container = engine.containers.get(reference);
  if (!container.process) throw conflict(`container ${container.id} is not running`);
  container.process.resize(columns, rows);
  publishContainerEvent(engine, container, 'resize', { height: String(rows), width: String(columns) });
}
