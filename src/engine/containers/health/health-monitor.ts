// Watches the health of a running container: probe, wait, probe again, tell everybody when it changes.

import type { HealthcheckResult } from '../../../api/types/containers.ts';
import { longestTimer } from '../../../lib/concurrency/longest-timer.ts';
import { errorMessage } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import type { Container } from '../state/container.ts';
import { applyResult, type HealthPlan, nextProbe } from './health-plan.ts';
import { runProbe } from './probe.ts';

/** Probes one container from its making until `stop`. Needs `state.Health`. */
export class HealthMonitor {
  readonly #engine: Engine;
  readonly #container: Container;
  readonly #plan: HealthPlan;
  readonly #stopped = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(plan: HealthPlan, container: Container, engine: Engine) {
    this.#engine = engine;
    this.#container = container;
    this.#plan = plan;
    this.#schedule();
  }

  /** No result counts any more; a probe that runs is killed. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped.abort();
  }

  #schedule(): void {
    const { Health: health } = this.#container.state;
    if (!health) return;
    const pause = nextProbe(this.#plan, health, this.#age(Date.now()));
    this.#timer = setTimeout(() => void this.#probe(), Math.min(pause, longestTimer));
    // A daemon that ends does not wait for the next probe.
    this.#timer.unref();
  }

  async #probe(): Promise<void> {
    try {
      const result = await runProbe(this.#engine, this.#container, this.#plan, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
      this.#record(result);
    } catch (error) {
      this.#engine.logger.error('health check failed', { container: this.#container.id, error: errorMessage(error) });
    }
    if (!this.#stopped.signal.aborted) this.#schedule();
  }

  #record(result: HealthcheckResult): void {
    const { state } = this.#container.record;
    if (!state.Health) return;
    const before = state.Health.Status;
    state.Health = applyResult(this.#plan, state.Health, result, this.#age(Date.parse(result.Start)));
    if (state.Health.Status === before) return;
    // Every result would be a write to the disk: what a restarted daemon must know is the status.
    this.#engine.containers.save(this.#container);
    publishContainerEvent(this.#engine, this.#container, `health_status: ${state.Health.Status}`);
  }

  /** How long the container had run at a time, in milliseconds. */
  #age(at: number): number {
    return at - Date.parse(this.#container.state.StartedAt);
  }
}
