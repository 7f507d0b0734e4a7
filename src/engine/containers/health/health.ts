// When a container's health is watched: from its start, or a daemon's, or the end of a pause, until it does not run.

import type { Engine } from '../../engine.ts';
import type { Container } from '../state/container.ts';
import { HealthMonitor } from './health-monitor.ts';
import { planHealth } from './health-plan.ts';

/** A container that has just started is `starting`, whatever it was before; one without a probe has no health. */
export function resetHealth(container: Container): void {
  const { state, config } = container.record;
  stopMonitor(container);
  if (planHealth(config)) state.Health = { Status: 'starting', FailingStreak: 0, Log: state.Health?.Log ?? [] };
  else delete state.Health;
}

/** Probes a running container from now on; nothing happens for one without a probe. */
export function watchHealth(engine: Engine, container: Container): void {
  stopMonitor(container);
  const plan = planHealth(container.record.config);
  if (!plan || !container.process) return;
  container.record.state.Health ??= { Status: 'starting', FailingStreak: 0, Log: [] };
  container.healthMonitor = new HealthMonitor(plan, container, engine);
}

/** As Docker has it, what is not probed any more is not healthy. */
export function unwatchHealth(container: Container): void {
  const { Health: health } = container.record.state;
  stopMonitor(container);
  if (health) health.Status = 'unhealthy';
}

function stopMonitor(container: Container): void {
  container.healthMonitor?.stop();
  container.healthMonitor = undefined;
}
