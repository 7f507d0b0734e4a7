// What a service manager is told, and that nobody is told twice.

import { expect, test } from 'bun:test';
import { createFakeKernel } from '../kernel/index.ts';
import { silentLogger } from '../lib/logger.ts';
import { serviceNotifier } from './notify.ts';

test('states go to the socket of the environment, which children do not see', () => {
  const kernel = createFakeKernel();
  const environment: Record<string, string | undefined> = { NOTIFY_SOCKET: '/run/notify' };
  const notify = serviceNotifier(environment, { kernel, logger: silentLogger });
  notify('ready', '3 containers');
  notify('reloading');
  notify('stopping');
  expect(environment).toEqual({});
  expect(kernel.state.datagrams.map(({ path }) => path)).toEqual(Array(3).fill('/run/notify'));
  expect(kernel.state.datagrams.map(({ text }) => text)).toEqual([
    'READY=1\nSTATUS=3 containers',
    'RELOADING=1',
    'STOPPING=1',
  ]);
  serviceNotifier({}, { kernel, logger: silentLogger })('ready');
  expect(kernel.state.datagrams).toHaveLength(3);
});

test('a manager that is not there does not matter', () => {
  const kernel = createFakeKernel();
  kernel.failOn('sockets.sendDatagram', new Error('connection refused'));
  serviceNotifier({ NOTIFY_SOCKET: '@gone' }, { kernel, logger: silentLogger })('ready');
});
