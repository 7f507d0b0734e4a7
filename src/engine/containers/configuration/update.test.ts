import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { ContainerUpdateRequest } from '../../../api/types/containers.ts';
import { systemError } from '../../../lib/errors.ts';
import type { ResourceLimits } from '../../../runtime/index.ts';
import { createTestEngine, outcome, type TestEngine } from '../../testing/test-engine.ts';
import type { Container } from '../state/container.ts';
import { updateContainer } from './update.ts';

const mebibyte = 1 << 20;
let own: TestEngine;
let container: Container;
let asked: ResourceLimits[];

beforeEach(async () => {
  own = await createTestEngine();
  ({ container } = await own.run({ HostConfig: { Memory: 64 * mebibyte, NanoCpus: 500_000_000 } }));
  asked = [];
  own.engine.runtime.update = async (_id, limits) => {
    asked.push(Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)));
  };
});
afterEach(() => own.close());

const update = (request: ContainerUpdateRequest) => updateContainer(own.engine, container.id, request);
const refused = async (request: ContainerUpdateRequest) =>
  (await outcome(() => update(request))).replace(container.id, 'ID');

test('limits change in the kernel, in the record, and those not named stay', async () => {
  expect(await update({ Memory: 32 * mebibyte, CpuShares: 0 })).toEqual({ Warnings: null });
  expect(asked).toEqual([{ memory: 32 * mebibyte }]);
  expect(container.record.hostConfig).toMatchObject({
    Memory: 32 * mebibyte,
    MemorySwap: 128 * mebibyte,
    CpuShares: 0,
  });
  expect(own.events()).toContain('container update');
  await own.reboot();
  expect(own.engine.containers.get(container.id).record.hostConfig.Memory).toBe(32 * mebibyte);
});

test('a limit of processes below 1 lifts it', async () => {
  await update({ PidsLimit: 5 });
  await update({ PidsLimit: -1 });
  await update({ PidsLimit: 0 });
  expect(asked).toEqual([{ pidsLimit: 5 }, { pidsLimit: -1 }, { pidsLimit: -1 }]);
  expect(container.record.hostConfig.PidsLimit).toBe(0);
});

test('a container that does not run is only changed on record', async () => {
  await own.exit(container, 0);
  await update({ CpusetCpus: '1', RestartPolicy: { Name: 'always' } });
  expect(asked).toEqual([]);
  expect(container.record.hostConfig).toMatchObject({
    CpusetCpus: '1',
    RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
  });
});

test('what cannot be is refused', async () => {
  expect(await refused({ Memory: 1000 })).toBe('invalid: Minimum memory limit allowed is 6MB');
  expect(await refused({ NanoCpus: 9e9 })).toStartWith('invalid: range of CPUs is from 0.01 to 2.00');
  expect(await refused({ CpusetCpus: '0-9' })).toStartWith('invalid: Requested CPUs are not available');
  expect(await refused({ RestartPolicy: { Name: 'bogus' as 'no' } })).toStartWith('invalid: invalid restart policy');
  expect(await outcome(() => updateContainer(own.engine, 'nope', {}))).toBe('not-found: No such container: nope');
  expect(asked).toEqual([]);
});

test('what contradicts the settings that stay is a conflict', async () => {
  const conflicts = 'conflict: Cannot update container ID: ';
  expect(await refused({ CpuPeriod: 100_000 })).toBe(
    `${conflicts}Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set`,
  );
  expect(await refused({ CpuQuota: 50_000 })).toBe(
    `${conflicts}Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set`,
  );
  expect(await refused({ Memory: 200 * mebibyte })).toBe(
    `${conflicts}Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time`,
  );
  container.record.hostConfig.AutoRemove = true;
  expect(await refused({ RestartPolicy: { Name: 'always' } })).toBe(
    `${conflicts}Restart policy cannot be updated because AutoRemove is enabled for the container`,
  );
});

test('nothing is recorded when the runtime refuses', async () => {
  own.engine.runtime.update = () => Promise.reject(systemError('crun says no'));
  expect(await refused({ CpuShares: 7 })).toBe('system: Cannot update container ID: crun says no');
  expect(container.record.hostConfig.CpuShares).toBe(0);
});
