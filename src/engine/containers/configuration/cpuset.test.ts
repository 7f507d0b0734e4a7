import { expect, test } from 'bun:test';
import { parseCpuset, validateCpuset } from './cpuset.ts';

test('lists of numbers and ranges are read, others are not', () => {
  expect([...(parseCpuset('0-2,5,1') ?? [])]).toEqual([0, 1, 2, 5]);
  for (const text of ['', 'x', '1-', '2-1', '1,,2', '-1', '0-99999999']) expect(parseCpuset(text)).toBeUndefined();
});

test('only processors the machine has may be asked for', () => {
  expect(() => validateCpuset({}, 2)).not.toThrow();
  expect(() => validateCpuset({ CpusetCpus: '0,1', CpusetMems: '0' }, 2)).not.toThrow();
  expect(() => validateCpuset({ CpusetCpus: '0-2' }, 2)).toThrow(
    'Requested CPUs are not available - requested 0-2, available: 0-1',
  );
  expect(() => validateCpuset({ CpusetCpus: '1' }, 1)).toThrow('requested 1, available: 0');
  expect(() => validateCpuset({ CpusetCpus: 'x' }, 1)).toThrow('Invalid value x for cpuset cpus: invalid format: x');
  expect(() => validateCpuset({ CpusetMems: 'x' }, 1)).toThrow('Invalid value x for cpuset mems: invalid format: x');
});
