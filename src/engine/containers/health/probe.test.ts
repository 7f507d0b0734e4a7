import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createTestEngine, type TestEngine } from '../../testing/test-engine.ts';
import { type HealthPlan, planHealth } from './health-plan.ts';
import { runProbe } from './probe.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

test('a probe whose container goes before it is attached to leaves no process and no exec', async () => {
  const { container } = await own.run();
  const plan = planHealth({ Healthcheck: { Test: ['CMD', 'true'] } }) as HealthPlan;
  own.log.fail('process.attach');
  const { ExitCode } = await runProbe(own.engine, container, plan, new AbortController().signal);
  expect(ExitCode).toBe(-1);
  expect(own.runtime.last.deleted).toBe(true);
  expect(container.execIds.size).toBe(0);
});
