// The one-line status of `docker ps`: `Up 3 minutes`, `Exited (0) 5 seconds ago`.

import { humanDuration } from '../../../lib/text/duration.ts';
import { type Container, zeroTime } from '../state/container.ts';

/** `now`: milliseconds since 1970. */
export function describeStatus(container: Container, now: number = Date.now()): string {
  const { state } = container;
  const since = (time: string) => humanDuration(Math.max(0, now - Date.parse(time)));
  if (state.Restarting) return `Restarting (${state.ExitCode}) ${since(state.FinishedAt)} ago`;
  if (state.Running) return `Up ${since(state.StartedAt)}${condition(container)}`;
  if (container.removing) return 'Removal In Progress';
  if (state.Dead) return 'Dead';
  if (state.StartedAt === zeroTime) return 'Created';
  return state.FinishedAt === zeroTime ? '' : `Exited (${state.ExitCode}) ${since(state.FinishedAt)} ago`;
}

function condition({ state }: Container): string {
  if (state.Paused) return ' (Paused)';
  if (!state.Health) return '';
  return state.Health.Status === 'starting' ? ' (health: starting)' : ` (${state.Health.Status})`;
}
