// What a real daemon answers has the shapes of the API's reference, with every property Docker always sends.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { EventMessage } from '../../src/api/types/system.ts';
import { loadSentProperties } from '../conformance/facts.ts';
import { missingProperties } from '../conformance/missing-properties.ts';
import { validateResponse } from '../conformance/validate-response.ts';
import type { TestDaemon } from '../support/daemons/daemon.ts';
import { type Engine, startEngine, text } from '../support/daemons/engine.ts';
import { eventually } from '../support/eventually.ts';

let daemon: TestDaemon;
let engine: Engine;
let running: string;
let ended: string;
beforeAll(async () => {
  ({ daemon, engine } = await startEngine());
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

test('what containers use, and what they are allowed to', async () => {
  for (const id of [running, ended]) {
    for (const query of [{ stream: false, 'one-shot': true }, { stream: false }]) {
      const stats = await engine.client.stream('ContainerStats', { path: { id }, query });
      expectConformity('ContainerStats', await stats.json());
    }
  }
  const top = await engine.client.call('ContainerTop', { path: { id: running }, query: { ps_args: 'aux' } });
  expectConformity('ContainerTop', top);
  const updated = await engine.client.call('ContainerUpdate', { path: { id: running }, body: { CpuShares: 512 } });
  expectConformity('ContainerUpdate', updated);
  const path = { id: await engine.run('sleep 1000', { Healthcheck: { Test: ['CMD', 'true'], Interval: 50_000_000 } }) };
  const inspect = () => engine.client.call('ContainerInspect', { path });
  await eventually('it was probed', async () => ((await inspect()).State.Health?.Log ?? []).length > 0);
  expectConformity('ContainerInspect', await inspect());
  await engine.remove(path.id);
});

test('what takes room, and what can go', async () => {
  expectConformity('SystemDataUsage', await engine.client.call('SystemDataUsage', { query: {} }));
  const query = { filters: { label: ['nosuch'] } };
  expectConformity('NetworkPrune', await engine.client.call('NetworkPrune', { query }));
  expectConformity('VolumePrune', await engine.client.call('VolumePrune', { query }));
  expectConformity('ImagePrune', await engine.client.call('ImagePrune', { query }));
  expectConformity('BuildPrune', await engine.client.call('BuildPrune', { query }));
  const wrong = { filters: { nonsense: ['1'] } };
  const refused = await engine.client.call('BuildPrune', { query: wrong }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ kind: 'invalid', message: "failed to prune build cache: invalid filter 'nonsense'" });
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
