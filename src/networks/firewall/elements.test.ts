// The byte layout of published ports, as the kernel lists it, and what a restart changes.

import { expect, test } from 'bun:test';
import { planElements, portElement } from './elements.ts';

const binding = { containerPort: 80, protocol: 'tcp', hostIp: '0.0.0.0', hostPort: 8080 } as const;

test('a port published everywhere is found by protocol and port', () => {
  const element = portElement(binding, '172.17.0.2');
  expect(element.set).toBe('published');
  expect(element.key.toString('hex')).toBe('06000000' + '1f900000');
  expect(element.data.toString('hex')).toBe('ac110002' + '00500000');
});

test('a port published on one address is found by that address too', () => {
  const element = portElement({ ...binding, protocol: 'udp', hostIp: '127.0.0.1' }, '172.17.0.2');
  expect(element.set).toBe('published_on');
  expect(element.key.toString('hex')).toBe('7f000001' + '11000000' + '1f900000');
});

test('only what differs is removed and added', () => {
  const kept = portElement(binding, '172.17.0.2');
  const moved = portElement({ ...binding, hostPort: 81 }, '172.17.0.3');
  const stale = { ...moved, data: portElement(binding, '172.17.0.9').data };
  const orphan = portElement({ ...binding, hostPort: 82 }, '172.17.0.4');
  const plan = planElements([kept, stale, orphan], [kept, moved]);
  expect(plan.remove.map(({ key }) => key)).toEqual([stale.key, orphan.key]);
  expect(plan.add).toEqual([moved]);
});
