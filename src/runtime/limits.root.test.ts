// Measuring and limiting containers that run. Needs root.

import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { describeContainers, TestHost } from './testing/test-host.ts';

const mebibyte = 1 << 20;

/** As the kernel has it, for the group of a process. */
function cpuQuota(pid: number): string | undefined {
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  const v1 = /^\d+:(?:.*,)?cpu(?:,.*)?:(.*)$/m.exec(groups)?.[1];
  const file = v1
    ? `/sys/fs/cgroup/cpu${v1}/cpu.cfs_quota_us`
    : `/sys/fs/cgroup${/^0::(.*)$/m.exec(groups)?.[1]}/cpu.max`;
  return readFileSync(file, 'utf8').split(/\s/)[0];
}

describeContainers('limits', import.meta.path, () => {
  const host = new TestHost();
  const runtime = host.runtime();

  test.each(['crun', 'runc'])('%s: limits of a running container change, the others stay', async name => {
    const limits = { resources: { memory: 64 * mebibyte, memorySwap: 128 * mebibyte, pidsLimit: 50 } };
    const container = await runtime.create(host.options(['sleep', '1000'], limits, { runtime: name }));
    await container.start();
    expect(runtime.usage(container.id)).toMatchObject({ memory: { limit: 64 * mebibyte }, pids: { limit: 50 } });
    // runc has threads of its own in there until the program takes its place.
    const alone = () => runtime.usage(container.id)?.pids.current === 1;
    for (const until = Date.now() + 20_000; !alone() && Date.now() < until; ) await Bun.sleep(10);
    expect(alone()).toBe(true);
    await runtime.update(container.id, { memory: 32 * mebibyte });
    expect(runtime.usage(container.id)).toMatchObject({ memory: { limit: 32 * mebibyte }, pids: { limit: 50 } });
    // More memory than swap allowed before: the order of the two matters to the kernel.
    await runtime.update(container.id, { memory: 200 * mebibyte, memorySwap: 300 * mebibyte });
    await runtime.update(container.id, { pidsLimit: 20 });
    expect(runtime.usage(container.id)).toMatchObject({
      memory: { limit: 200 * mebibyte },
      pids: { limit: 20 },
    });
    await runtime.update(container.id, { cpuQuota: 20_000, cpuPeriod: 50_000 });
    expect(cpuQuota(container.pid)).toBe('20000');
    await runtime.update(container.id, { pidsLimit: -1, memorySwap: -1, cpuQuota: -1 });
    expect(runtime.usage(container.id)?.pids.limit).toBeUndefined();
    expect(cpuQuota(container.pid)).toMatch(/^(-1|max)$/);
    expect(runtime.processes(container.id)).toEqual([container.pid]);
    await expect(runtime.update(container.id, { cpusetCpus: '9999' })).rejects.toMatchObject({ kind: 'system' });
    await container.delete();
  });

  test('a container that is gone uses nothing and has no limits', async () => {
    expect(runtime.usage('gone')).toBeUndefined();
    expect(runtime.processes('gone')).toEqual([]);
    await expect(runtime.update('gone', {})).rejects.toMatchObject({ kind: 'not-found' });
  });
});
