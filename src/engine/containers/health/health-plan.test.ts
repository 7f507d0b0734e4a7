import { describe, expect, test } from 'bun:test';
import type { Health, HealthcheckResult } from '../../../api/types/containers.ts';
import { applyResult, nextProbe, planHealth, validateHealth } from './health-plan.ts';

const starting: Health = { Status: 'starting', FailingStreak: 0, Log: [] };
const result = (code: number): HealthcheckResult => ({ Start: '', End: '', ExitCode: code, Output: '' });
const plan = (times: Record<string, number> = {}) => ({
  ...planHealth({ Healthcheck: { Test: ['CMD', 'true'] } })!,
  ...times,
});

describe('the plan of a container', () => {
  test('has the defaults of Docker where nothing is said', () => {
    expect(planHealth({ Healthcheck: { Test: ['CMD', 'check', '-v'] } })).toEqual({
      command: ['check', '-v'],
      interval: 30_000,
      timeout: 30_000,
      startPeriod: 0,
      startInterval: 5_000,
      retries: 3,
    });
  });

  test('runs CMD-SHELL in the shell of the image', () => {
    const Healthcheck = { Test: ['CMD-SHELL', 'a | b'], Interval: 1_500_000_000, Retries: 1 };
    expect(planHealth({ Healthcheck })).toMatchObject({
      command: ['/bin/sh', '-c', 'a | b'],
      interval: 1_500,
      retries: 1,
    });
    expect(planHealth({ Healthcheck, Shell: ['bash', '-lc'] })?.command).toEqual(['bash', '-lc', 'a | b']);
  });

  test('is none without a test, with NONE, and with a kind nobody knows', () => {
    for (const Test of [undefined, null, [], ['NONE'], ['CMDX', 'true']])
      expect(planHealth({ Healthcheck: { Test } })).toBeUndefined();
    expect(planHealth({})).toBeUndefined();
  });
});

test('times under a millisecond and negative retries are refused, 0 is inherited', () => {
  const message = (check: object) => {
    try {
      validateHealth(check);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(message({ Interval: 999_999 })).toBe('Interval in Healthcheck cannot be less than 1ms');
  expect(message({ Timeout: -5 })).toBe('Timeout in Healthcheck cannot be less than 1ms');
  expect(message({ Retries: -1 })).toBe('Retries in Healthcheck cannot be negative');
  expect(message({ StartPeriod: 1 })).toBe('StartPeriod in Healthcheck cannot be less than 1ms');
  expect(message({ StartInterval: 1 })).toBe('StartInterval in Healthcheck cannot be less than 1ms');
  expect(message({ Interval: 0, Timeout: 1_000_000, Retries: 0 })).toBe('');
});

describe('a result', () => {
  test('of success makes it healthy at once', () => {
    const before: Health = { Status: 'unhealthy', FailingStreak: 7, Log: [] };
    expect(applyResult(plan(), before, result(0), 1)).toEqual({
      Status: 'healthy',
      FailingStreak: 0,
      Log: [result(0)],
    });
  });

  test('of failure counts, and enough of them make it unhealthy', () => {
    let health = starting;
    const seen = [1, 2, 3].map(time => {
      health = applyResult(plan(), health, result(1), time);
      return `${health.Status} ${health.FailingStreak}`;
    });
    expect(seen).toEqual(['starting 1', 'starting 2', 'unhealthy 3']);
  });

  test('of failure does not count in the start period, until one has succeeded', () => {
    const patient = plan({ startPeriod: 1_000, retries: 1 });
    expect(applyResult(patient, starting, result(1), 999)).toMatchObject({ Status: 'starting', FailingStreak: 0 });
    expect(applyResult(patient, starting, result(1), 1_000)).toMatchObject({ Status: 'unhealthy', FailingStreak: 1 });
    const healthy: Health = { Status: 'healthy', FailingStreak: 0, Log: [] };
    expect(applyResult(patient, healthy, result(1), 500)).toMatchObject({ Status: 'unhealthy', FailingStreak: 1 });
  });

  test('pushes out the one before the last five', () => {
    let health = starting;
    for (let code = 1; code <= 7; code++) health = applyResult(plan(), health, result(code), 1);
    expect(health.Log?.map(entry => entry.ExitCode)).toEqual([3, 4, 5, 6, 7]);
  });
});

test('probes come faster in the start period, as long as it is starting', () => {
  const quick = plan({ interval: 30_000, startPeriod: 10_000, startInterval: 100 });
  expect(nextProbe(quick, starting, 0)).toBe(100);
  expect(nextProbe(quick, starting, 10_000)).toBe(30_000);
  expect(nextProbe(quick, { ...starting, Status: 'healthy' }, 0)).toBe(30_000);
});
