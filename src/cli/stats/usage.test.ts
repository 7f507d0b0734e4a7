import { expect, test } from 'bun:test';
import type { ContainerStatsResponse } from '../../api/types/stats.ts';
import { computeUsage } from './usage.ts';
import { usageRow } from './usage-row.ts';

const cpu = (used: number, passed: number | undefined, online?: number) => ({
  cpu_usage: { total_usage: used, usage_in_kernelmode: 0, usage_in_usermode: 0, percpu_usage: [1, 2, 3] },
  system_cpu_usage: passed,
  online_cpus: online,
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
});

test('processor time is told as a share of one processor', () => {
  const percent = (now: ContainerStatsResponse['cpu_stats'], before: ContainerStatsResponse['cpu_stats']) =>
    computeUsage({ cpu_stats: now, precpu_stats: before }).cpu;
  expect(percent(cpu(150, 1100, 4), cpu(50, 1000))).toBe(400);
  expect(percent(cpu(150, 1100), cpu(50, 1000))).toBe(300);
  expect(percent(cpu(50, 1100, 4), cpu(50, 1000))).toBe(0);
  expect(percent(cpu(50, 1000, 4), cpu(10, 1000))).toBe(0);
  expect(computeUsage({}).cpu).toBe(0);
});

test('memory is told without the cache that can go, of either generation of control groups', () => {
  const used = (stats: Record<string, number>) => computeUsage({ memory_stats: { usage: 100, stats, limit: 400 } });
  expect(used({ total_inactive_file: 30, inactive_file: 99 })).toMatchObject({ memory: 70, memoryPercent: 17.5 });
  expect(used({ inactive_file: 40 }).memory).toBe(60);
  expect(used({ inactive_file: 100 }).memory).toBe(100);
  expect(computeUsage({ memory_stats: { usage: 5 } }).memoryPercent).toBe(0);
});

test('disks are added up by direction', () => {
  const entry = (op: string, value: number) => ({ major: 8, minor: 0, op, value });
  const entries = [entry('Read', 1), entry('read', 2), entry('Write', 10), entry('Total', 100), entry('', 1000)];
  expect(computeUsage({ blkio_stats: { io_service_bytes_recursive: entries } })).toMatchObject({
    read: 3,
    written: 10,
  });
  expect(computeUsage({ blkio_stats: { io_service_bytes_recursive: null } }).read).toBe(0);
});

test('what is not known is shown as dashes', () => {
  const row = usageRow({ container: 'box', usage: undefined }, { truncate: true });
  const text = (name: string) => (row[name] as () => string)();
  expect(['Container', 'ID', 'Name', 'CPUPerc', 'MemUsage', 'PIDs'].map(text)).toEqual([
    'box',
    '',
    '--',
    '--',
    '-- / --',
    '--',
  ]);
});
