// Brings together who knows when a log is to be rotated and who can tell the monitor that writes it.

import { errorMessage } from '../../lib/errors.ts';
import type { Process } from '../../runtime/index.ts';
import type { Engine } from '../engine.ts';
import { logTarget } from './log-target.ts';
import type { Container } from './state/container.ts';

/**
 * Keeps a running container's log within the limits of its options until `container.logRotation` is stopped. A log that
 * cannot be rotated is reported and grows on: the container runs already.
 */
export function rotateLog(engine: Pick<Engine, 'logs' | 'logger'>, container: Container, process: Process): void {
  const onError = (error: unknown) =>
    engine.logger.warn('could not rotate a log', { container: container.id, error: errorMessage(error) });
  try {
    container.logRotation = engine.logs.rotate(logTarget(container), { reopen: () => process.reopenLog(), onError });
  } catch (error) {
    onError(error);
  }
}
