// Health checks go on whatever becomes of the daemon, and leave nothing behind.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import type { TestDaemon } from '../support/daemons/daemon.ts';
import { type Engine, startEngine } from '../support/daemons/engine.ts';
import { expectNothingLeft } from '../support/daemons/remains.ts';
import { eventually } from '../support/eventually.ts';

let daemon: TestDaemon;
let engine: Engine;
let before: Set<string>;
beforeEach(async () => {
  ({ daemon, engine, before } = await startEngine());
}, 60_000);
afterEach(async () => await daemon[Symbol.asyncDispose](), 60_000);

const milliseconds = 1_000_000;
const check = (script: string) => ({
  Healthcheck: { Test: ['CMD-SHELL', script], Interval: 100 * milliseconds, Retries: 1 },
});

const health = async (id: string) => (await engine.inspect(id)).State?.Health;
const becomes = (id: string, status: string) =>
  eventually(`it is ${status}`, async () => (await health(id))?.Status === status);

test('a daemon killed in the middle of a probe must go on with the status it knew', async () => {
  const id = await engine.run('sleep 1000', check('test -e /hang && sleep 1000; test ! -e /ill'));
  const paused = await engine.run('sleep 1000', check('true'));
  await becomes(id, 'healthy');
  await becomes(paused, 'healthy');
  await engine.client.call('ContainerPause', { path: { id: paused } });
  await engine.client.call('ContainerKill', { path: { id: await engine.run('sleep 1000', check('sleep 1000')) } });
  await daemon.kill();
  await daemon.start();
  const last = async (container: string) => (await health(container))?.Log?.at(-1)?.Start ?? '';
  expect((await health(id))?.Status).toBe('healthy');
  const seen = await last(id);
  await eventually('it is probed again', async () => (await last(id)) > seen);
  let frozen = '';
  // One may just have ended.
  await eventually('the probes of the other have stopped', async () => {
    frozen = await last(paused);
    await Bun.sleep(300);
    return (await last(paused)) === frozen;
  });
  await engine.client.call('ContainerUnpause', { path: { id: paused } });
  await eventually('it is probed again', async () => (await last(paused)) > frozen);
  for (const { Id } of await engine.client.call('ContainerList', { query: { all: true } })) await engine.remove(Id);
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);

test('a probe must not outlive its container, nor hold up its end', async () => {
  const id = await engine.run('sleep 1000', check('sleep 1000'));
  await eventually('a probe runs', async () => ((await engine.inspect(id)).ExecIDs ?? []).length > 0);
  await engine.client.call('ContainerStop', { path: { id }, query: { t: 0 } });
  expect((await health(id))?.Status).toBe('unhealthy');
  await engine.client.call('ContainerStart', { path: { id } });
  expect((await health(id))?.Status).toBe('starting');
  await engine.remove(id);
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);

test('a container that restarts must start over with its health', async () => {
  // Ends its first and its second run when it is told to.
  const script = 'run=$(cat /run); echo next$run >/run; while [ ! -e /end$run ]; do sleep 0.05; done; exit 1';
  const id = await engine.run(script, {
    ...check('true'),
    HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 1 } },
  });
  const end = async (run: string) => writeFileSync(`/proc/${(await engine.inspect(id)).State?.Pid}/root/end${run}`, '');
  await becomes(id, 'healthy');
  await end('');
  await eventually('it came back', async () => {
    const { RestartCount, State } = await engine.inspect(id);
    return RestartCount === 1 && State?.Running;
  });
  await becomes(id, 'healthy');
  await end('next');
  await eventually('it has ended', async () => (await engine.inspect(id)).State?.Status === 'exited');
  expect((await health(id))?.Status).toBe('unhealthy');
  await engine.remove(id);
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);
