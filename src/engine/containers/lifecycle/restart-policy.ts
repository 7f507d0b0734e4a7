// Whether a container comes back by itself, and after how long.

import type { ExitStatus } from '../../../runtime/index.ts';
import type { Container } from '../state/container.ts';

const firstDelay = 100;
const longestDelay = 60_000;
/** A container that ran this long is healthy again: its delays start over. */
const healthyAfter = 10_000;

/** Milliseconds until the next start, doubling from 100 ms to a minute; undefined for none. Changes `restartDelay`. */
export function planRestart(container: Container, status: ExitStatus): number | undefined {
  if (!wantsRestart(container, status.code)) return undefined;
  const ran = status.at.getTime() - Date.parse(container.state.StartedAt);
  const fresh = container.restartDelay === 0 || ran >= healthyAfter;
  container.restartDelay = fresh ? firstDelay : Math.min(container.restartDelay * 2, longestDelay);
  return container.restartDelay;
}

/** The policy's answer after an exit with `code`. */
function wantsRestart(container: Container, code: number): boolean {
  const { hostConfig, manuallyStopped, restartCount } = container.record;
  if (manuallyStopped || container.removing) return false;
  const { Name: name, MaximumRetryCount: limit = 0 } = hostConfig.RestartPolicy ?? {};
  switch (name) {
    case 'always':
    case 'unless-stopped':
      return true;
    case 'on-failure':
      return code !== 0 && (limit === 0 || restartCount < limit);
    default:
      return false;
  }
}
