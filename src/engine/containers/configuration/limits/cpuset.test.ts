import { expect, test } from 'bun:test';
import { parseCpuset, validateCpuset } from './cpuset.ts';

test('lists of numbers and ranges are read, others are not', () => {
  expect([...(parseCpuset('0-2,5,1') ?? [])]).toEqual([0, 1, 2, 5]);
  for (const text of ['', 'x', '1-', '2-1', '1,,2', '-1', '0-99999999']) expect(parseCpuset(text)).toBeUndefined();
});

test('only processors and nodes the machine has may be asked for', () => {
  const refusal = (host: Parameters<typeof validateCpuset>[0], cpus = 2) => {
    return () => validateCpuset(host, { cpus, memoryNodes: '0-1,3' });
  };
  expect(refusal({})).not.toThrow();
  expect(refusal({ CpusetCpus: '0,1', CpusetMems: '0-1,3' })).not.toThrow();
  expect(refusal({ CpusetCpus: '0-2' })).toThrow('Requested CPUs are not available - requested 0-2, available: 0-1');
  expect(refusal({ CpusetCpus: '1' }, 1)).toThrow('requested 1, available: 0');
  expect(refusal({ CpusetMems: '2' })).toThrow(
    'Requested memory nodes are not available - requested 2, available: 0-1,3',
  );
  expect(refusal({ CpusetCpus: 'x' })).toThrow('Invalid value x for cpuset cpus: invalid format: x');
  expect(refusal({ CpusetMems: 'x' })).toThrow('Invalid value x for cpuset mems: invalid format: x');
});
