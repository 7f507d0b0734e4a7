import { expect, test } from 'bun:test';
import type { ContainerMount } from '../../state/container-mount.ts';
import { settlePropagation } from './propagation.ts';

const bind = (source: string, propagation: ContainerMount['propagation'] = ''): ContainerMount => ({
  ...{ type: 'bind', source, propagation, destination: '/x', mode: '', readWrite: true },
});
const settle = (mount: ContainerMount, peers: string[] = ['shared:1']) =>
  settlePropagation(mount, {
    dataRoot: '/var/lib/berth',
    host: { mountAt: () => ({ target: '/', propagation: peers }) },
  }).propagation;

test('a bind is private, unless it says something else or shows what the daemon mounts', () => {
  expect(settle(bind('/srv'))).toBe('rprivate');
  expect(settle(bind('/var/lib/berthing', 'private'))).toBe('private');
  for (const source of ['/', '/var', '/var/lib/berth', '/var/lib/berth/containers']) {
    expect(settle(bind(source))).toBe('rslave');
    expect(settle(bind(source, 'rshared'))).toBe('rshared');
    expect(() => settle(bind(source, 'private'))).toThrow('must use either propagation mode "rslave" or "rshared"');
  }
});

test('on a host whose mounts do not propagate such a bind is possible all the same', () => {
  expect(settle(bind('/'), [])).toBe('rprivate');
});
