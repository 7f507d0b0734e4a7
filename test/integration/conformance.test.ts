// What a real daemon answers has the shapes of the API's reference, with every property Docker always sends.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { EventMessage } from '../../src/api/types/system.ts';
import { loadSentProperties } from '../conformance/facts.ts';
import { missingProperties } from '../conformance/missing-properties.ts';
import { validateResponse } from '../conformance/validate-response.ts';
import { TestDaemon } from '../support/daemon.ts';
import { Engine, text } from '../support/engine.ts';

let daemon: TestDaemon;
let engine: Engine;
let running: string;
let ended: string;
beforeAll(async () => {
  daemon = await TestDaemon.start();
  engine = new Engine(daemon);
  await engine.loadBusybox();
  running = await engine.run('sleep 1000', {
    ExposedPorts: { '80/tcp': {} },
    Labels: { colour: 'blue' },
    HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '' }] }, Binds: ['stuff:/stuff', '/tmp:/host:ro'] },
  });
  ended = await engine.run('exit 3');
  await engine.wait(ended);
}, 60_000);
afterAll(async () => await daemon[Symbol.asyncDispose]());

/** What Docker always sends is on file for the operations that tools read most. */
function expectConformity(operation: string, body: unknown): void {
  expect(validateResponse(operation, body)).toEqual([]);
  if (loadSentProperties().has(operation)) expect(missingProperties(operation, body)).toEqual([]);
}

test('the daemon', async () => {
  expectConformity('SystemVersion', await engine.client.call('SystemVersion'));
  expectConformity('SystemInfo', await engine.client.call('SystemInfo'));
});

test('containers, running and ended', async () => {
  for (const id of [running, ended]) expectConformity('ContainerInspect', await engine.inspect(id));
  const list = await engine.client.call('ContainerList', { query: { all: true, size: true } });
  expect(list).toHaveLength(2);
  expectConformity('ContainerList', list);
  const wait = await engine.client.call('ContainerWait', { path: { id: ended } });
  expectConformity('ContainerWait', wait);
});

test('what was just made', async () => {
  const body = { Image: 'busybox', Cmd: ['true'] };
  const created = await engine.client.call('ContainerCreate', { query: {}, body });
  expectConformity('ContainerCreate', created);
  await engine.remove(created.Id);
  const pruned = await engine.client.call('ContainerPrune', { query: { filters: { label: ['nosuch'] } } });
  expectConformity('ContainerPrune', pruned);
});

test('an exec', async () => {
  const body = { Cmd: ['true'], AttachStdout: true };
  const { Id: id } = await engine.client.call('ContainerExec', { path: { id: running }, body });
  expectConformity('ExecInspect', await engine.client.call('ExecInspect', { path: { id } }));
});

test('images', async () => {
  expectConformity('ImageList', await engine.client.call('ImageList', { query: {} }));
  const path = { name: 'busybox' };
  expectConformity('ImageInspect', await engine.client.call('ImageInspect', { path, query: {} }));
  expectConformity('ImageHistory', await engine.client.call('ImageHistory', { path, query: {} }));
});

test('volumes and networks', async () => {
  expectConformity('VolumeList', await engine.client.call('VolumeList', { query: {} }));
  expectConformity('VolumeInspect', await engine.client.call('VolumeInspect', { path: { name: 'stuff' } }));
  expectConformity('NetworkList', await engine.client.call('NetworkList', { query: {} }));
  expectConformity('NetworkInspect', await engine.client.call('NetworkInspect', { path: { id: 'bridge' }, query: {} }));
});

test('events', async () => {
  const until = String(Math.ceil(Date.now() / 1000));
  const { body } = await engine.client.stream('SystemEvents', { query: { since: '0', until } });
  const lines = (await text(body)).trim().split('\n');
  const events = lines.map(line => JSON.parse(line) as EventMessage);
  expect(events.map(event => event.Action)).toEqual(expect.arrayContaining(['create', 'start', 'die', 'connect']));
  for (const event of events) expectConformity('SystemEvents', event);
});
