import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ContainerStatsResponse } from '../../../api/types/stats.ts';
import type { ResourceUsage } from '../../../runtime/index.ts';
import { createTestEngine, outcome, type TestEngine } from '../../testing/test-engine.ts';
import type { Container } from '../state/container.ts';
import { readStats } from './stats.ts';

const usage = (): ResourceUsage => ({
  memory: {
    usage: 5000,
    maxUsage: 9000,
    limit: undefined,
    failures: 0,
    oomKills: 0,
    stats: { cache: 10, anon: 7, slab: 3, swap: 1 },
  },
  cpu: { total: 300, user: 200, kernel: 100, perCpu: [200, 100], periods: 3, throttledPeriods: 2, throttledTime: 1 },
  pids: { current: 2, limit: 40, refusals: 0 },
  blkio: {
    serviceBytes: [{ major: 8, minor: 0, op: 'Read', value: 4096 }],
    serviced: [{ major: 8, minor: 0, op: 'Read', value: 1 }],
  },
});

const counters = {
  ...{ rxPackets: 1, txPackets: 2, rxBytes: 3, txBytes: 4 },
  ...{ rxErrors: 5, txErrors: 6, rxDropped: 7, txDropped: 8 },
};

let own: TestEngine;
let container: Container;
const still = new AbortController().signal;

beforeEach(async () => {
  own = await createTestEngine();
  ({ container } = await own.run({}, 'box'));
  own.engine.runtime.usage = usage;
  own.engine.networks.statistics = () => new Map([['eth0', counters]]);
});
afterEach(() => own.close());

async function first(options: { stream: boolean; oneShot: boolean }): Promise<ContainerStatsResponse> {
  const stats = readStats(own.engine, container.id, options, still);
  const { value } = await stats.next();
  await stats.return(undefined);
  return value;
}

describe('a sample', () => {
  test('has the shape of control groups v1, without a limit that of the machine', async () => {
    expect(await first({ stream: true, oneShot: false })).toMatchObject({
      name: '/box',
      id: container.id,
      preread: '0001-01-01T00:00:00Z',
      pids_stats: { current: 2, limit: 40 },
      blkio_stats: {
        io_service_bytes_recursive: [{ major: 8, minor: 0, op: 'Read', value: 4096 }],
        io_serviced_recursive: [{ major: 8, minor: 0, op: 'Read', value: 1 }],
        io_queue_recursive: [],
      },
      cpu_stats: {
        cpu_usage: { total_usage: 300, percpu_usage: [200, 100], usage_in_kernelmode: 100, usage_in_usermode: 200 },
        system_cpu_usage: 5e12,
        online_cpus: 2,
        throttling_data: { periods: 3, throttled_periods: 2, throttled_time: 1 },
      },
      memory_stats: { usage: 5000, max_usage: 9000, stats: { cache: 10, total_cache: 0 }, limit: 1_000_000_000 },
      networks: {
        eth0: {
          ...{ rx_bytes: 3, rx_packets: 1, rx_errors: 5, rx_dropped: 7 },
          ...{ tx_bytes: 4, tx_packets: 2, tx_errors: 6, tx_dropped: 8 },
        },
      },
    });
  });

  test('has the shape of control groups v2 there', async () => {
    own.engine.host.spec.cgroupVersion = 2;
    const { memory_stats: memory, blkio_stats: blkio } = await first({ stream: true, oneShot: false });
    expect(memory?.max_usage).toBeUndefined();
    expect(memory?.stats).toMatchObject({ anon: 7, slab: 3, file: 0 });
    expect(memory?.stats).not.toHaveProperty('cache');
    expect(blkio?.io_serviced_recursive).toBeNull();
  });

  test('asked for once comes alone and without names', async () => {
    const sample = await first({ stream: false, oneShot: true });
    expect(sample).not.toHaveProperty('name');
    expect(sample.precpu_stats).not.toHaveProperty('system_cpu_usage');
  });

  test('of a container that does not run is zero, with its name', async () => {
    await own.exit(container, 0);
    for (const options of [
      { stream: true, oneShot: false },
      { stream: false, oneShot: false },
      { stream: false, oneShot: true },
    ]) {
      expect(await first(options)).toMatchObject({ name: '/box', pids_stats: {}, memory_stats: {} });
    }
  });
});

test('the second sample is compared with the first', async () => {
  const stats = readStats(own.engine, container.id, { stream: true, oneShot: false }, still);
  const { value: one } = await stats.next();
  const { value: two } = await stats.next();
  expect(two).toMatchObject({ preread: one?.read, precpu_stats: one?.cpu_stats });
  await stats.return(undefined);
});

test('the stream ends with the client, and with the container', async () => {
  const client = new AbortController();
  const left = readStats(own.engine, container.id, { stream: true, oneShot: false }, client.signal);
  await left.next();
  const next = left.next();
  client.abort();
  expect((await next).done).toBe(true);
  const stream = readStats(own.engine, container.id, { stream: true, oneShot: false }, still);
  await stream.next();
  container.announceRemoval();
  expect((await stream.next()).done).toBe(true);
});

test('what cannot be is refused at once', async () => {
  const options = { stream: true, oneShot: true };
  expect(await outcome(() => readStats(own.engine, container.id, options, still))).toBe(
    'invalid: cannot have stream=true and one-shot=true',
  );
  expect(await outcome(() => readStats(own.engine, 'nope', options, still))).toBe('not-found: No such container: nope');
});
