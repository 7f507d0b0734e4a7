// How a container is probed, and what a result does to its health: Docker's rules without timers or processes.

import type { ContainerConfig, HealthConfig } from '../../../api/types/container-config.ts';
import type { Health, HealthcheckResult } from '../../../api/types/containers.ts';
import { invalid } from '../../../lib/errors.ts';

/** Milliseconds, where nothing else was asked for. */
const defaults = { interval: 30_000, timeout: 30_000, startPeriod: 0, startInterval: 5_000, retries: 3 };
const keptResults = 5;
const shortest = 1_000_000;

/** The probe of a container: its command line and rhythm, times in milliseconds. */
export interface HealthPlan {
  command: string[];
  interval: number;
  timeout: number;
  /** Failures this soon after the start do not count. */
  startPeriod: number;
  /** Pause between probes during the start period, until one succeeds. */
  startInterval: number;
  /** Failures in a row that make it unhealthy. */
  retries: number;
}

/** Undefined when the container has no probe: none given, `NONE`, or a kind that is unknown. */
export function planHealth(config: ContainerConfig): HealthPlan | undefined {
  const check = config.Healthcheck;
  const [kind, ...words] = check?.Test ?? [];
  if (!check || (kind !== 'CMD' && kind !== 'CMD-SHELL')) return undefined;
  const shell = config.Shell?.length ? config.Shell : ['/bin/sh', '-c'];
  const time = (nanoseconds: number | undefined, otherwise: number) => (nanoseconds ? nanoseconds / 1e6 : otherwise);
  return {
    command: kind === 'CMD' ? words : [...shell, ...words],
    interval: time(check.Interval, defaults.interval),
    timeout: time(check.Timeout, defaults.timeout),
    startPeriod: time(check.StartPeriod, defaults.startPeriod),
    startInterval: time(check.StartInterval, defaults.startInterval),
    retries: check.Retries || defaults.retries,
  };
}

/** Throws `invalid` naming the value that cannot be; 0 means inherited. */
export function validateHealth(check: HealthConfig | null | undefined): void {
  for (const key of ['Interval', 'Timeout'] as const) requireTime(check, key);
  if ((check?.Retries ?? 0) < 0) throw invalid('Retries in Healthcheck cannot be negative');
  for (const key of ['StartPeriod', 'StartInterval'] as const) requireTime(check, key);
}

function requireTime(
  check: HealthConfig | null | undefined,
  key: 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval',
): void {
  const value = check?.[key] ?? 0;
  if (value !== 0 && value < shortest) throw invalid(`${key} in Healthcheck cannot be less than 1ms`);
}

/** Milliseconds until the next probe of a container that has run for `age`. */
export function nextProbe(plan: HealthPlan, health: Health, age: number): number {
  return age < plan.startPeriod && health.Status === 'starting' ? plan.startInterval : plan.interval;
}

/** The health after one more result; `age` is how long the container had run when that probe began. */
export function applyResult(plan: HealthPlan, health: Health, result: HealthcheckResult, age: number): Health {
  const log = [...(health.Log ?? []), result].slice(-keptResults);
  if (result.ExitCode === 0) return { Status: 'healthy', FailingStreak: 0, Log: log };
  const forgiven = health.Status === 'starting' && age < plan.startPeriod;
  const streak = health.FailingStreak + (forgiven ? 0 : 1);
  const failed = !forgiven && streak >= plan.retries;
  return { Status: failed ? 'unhealthy' : health.Status, FailingStreak: streak, Log: log };
}
