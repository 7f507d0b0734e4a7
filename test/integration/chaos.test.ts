// kill -9 at fifty random points under load: what runs goes on, what ended is known, what is removed leaves nothing.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { errorMessage } from '../../src/lib/errors.ts';
import { ChaosLoad, type Ender } from '../support/daemons/chaos-load.ts';
import type { TestDaemon } from '../support/daemons/daemon.ts';
import { type Engine, startEngine } from '../support/daemons/engine.ts';
import { expectNothingLeft } from '../support/daemons/remains.ts';
import { eventually } from '../support/eventually.ts';
import { Seeded } from '../support/seeded.ts';

const kills = 50;
const clients = 5;

let daemon: TestDaemon;
let engine: Engine;
let before: Set<string>;
beforeEach(async () => {
  ({ daemon, engine, before } = await startEngine());
}, 60_000);
afterEach(async () => await daemon[Symbol.asyncDispose](), 60_000);

test('fifty deaths under load must cost no container, no line and no exit code, and leave nothing behind', async () => {
  const random = new Seeded();
  console.log(`chaos: BERTH_TEST_SEED=${random.seed} plays it again`);
  const keepers = await startKeepers();
  const pids = await Promise.all(keepers.map(async id => (await engine.inspect(id)).State?.Pid));
  const load = new ChaosLoad(engine, random, clients);
  for (let death = 0; death < kills; death++) {
    await Bun.sleep(random.between(0, 900));
    await daemon.kill();
    // Now and then it does not live to its first answer.
    if (random.next() < 0.2) await dieWhileStarting(random.between(0, 120));
    await daemon.start();
  }
  await load.stop();
  console.log(`chaos: ${load.played.whole} scenarios whole, ${load.played.cut} cut off`);
  expect(load.surprises).toEqual([]);

  for (const [index, id] of keepers.entries()) {
    expect((await engine.inspect(id)).State).toMatchObject({ Status: 'running', Running: true, Pid: pids[index] });
    await writesOn(id);
  }
  expect(await published(keepers[0] ?? '')).toBe('alive\n');
  for (const ender of load.enders) await expectCode(ender);
  await execAndWait(keepers[1] ?? '');
  await removeEverything();
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 240_000);

/** Containers that nobody touches: they write consecutive numbers. */
async function startKeepers(): Promise<string[]> {
  const writer = 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done';
  const server = 'echo alive >/index.html; httpd -h /';
  const port = { ExposedPorts: { '80/tcp': {} }, HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '' }] } } };
  return [
    await engine.run(`${server}; ${writer}`, port),
    await engine.run(writer, { HostConfig: { Binds: ['keeper:/data'] } }),
    await engine.run(writer, { HostConfig: { RestartPolicy: { Name: 'always' } } }),
    await engine.run(writer, { HostConfig: { NetworkMode: 'host', Init: true } }),
  ];
}

/** Kills a daemon `milliseconds` after it was started. */
async function dieWhileStarting(milliseconds: number): Promise<void> {
  const starting = daemon.start().catch(() => {});
  await Bun.sleep(milliseconds);
  await daemon.kill();
  await starting;
}

/** The log has every line from the first on, and grows. */
async function writesOn(id: string): Promise<void> {
  const count = async () => {
    const lines = (await engine.logs(id)).trimEnd().split('\n');
    const wrong = lines.findIndex((line, index) => line !== `line ${index + 1}`);
    if (wrong !== -1) throw new Error(`line ${wrong + 1} of ${id} is ${JSON.stringify(lines[wrong])}`);
    return lines.length;
  };
  const now = await count();
  await eventually('it writes on', async () => (await count()) > now);
}

async function published(id: string): Promise<string> {
  const port = (await engine.inspect(id)).NetworkSettings?.Ports?.['80/tcp']?.[0]?.HostPort;
  return await (await fetch(`http://127.0.0.1:${port}/`)).text();
}

/** One whose start was cut off may not have run; one that ran has its own code. */
async function expectCode({ id, code, started }: Ender): Promise<void> {
  const ended = async () => {
    const { State } = await engine.inspect(id);
    return State?.Running ? undefined : State;
  };
  const state = await eventually(`${id} ends`, ended);
  if (state.Status === 'created' && !started) return;
  expect({ id, status: state.Status, code: state.ExitCode }).toEqual({ id, status: 'exited', code });
  expect(await engine.wait(id)).toBe(code);
}

/** All that a container of a daemon long dead must still do. */
async function execAndWait(id: string): Promise<void> {
  const exec = await engine.client.call('ContainerExec', { path: { id }, body: { Cmd: ['sh', '-c', 'exit 12'] } });
  await engine.client.call('ExecStart', { path: { id: exec.Id }, body: { Detach: true } });
  const code = async () => (await engine.client.call('ExecInspect', { path: { id: exec.Id } })).ExitCode;
  await eventually('the exec ends', async () => (await code()) === 12);
  const exit = engine.wait(id);
  await engine.client.call('ContainerKill', { path: { id } });
  expect(await exit).toBe(137);
}

async function removeEverything(): Promise<void> {
  const { client } = engine;
  // An auto-remove container may go by itself meanwhile.
  const gone = (error: unknown) => /No such container|is already in progress/.test(errorMessage(error));
  for (const { Id = '' } of await client.call('ContainerList', { query: { all: true } })) {
    await engine.remove(Id).catch(error => {
      if (!gone(error)) throw new Error(`${Id}: ${errorMessage(error)}`, { cause: error });
    });
  }
  await eventually('no container is left', async () => {
    const left = await client.call('ContainerList', { query: { all: true } });
    if (left.length > 0) throw new Error(JSON.stringify(left));
    return true;
  });
  for (const { Name } of (await client.call('VolumeList', {})).Volumes ?? [])
    await client.call('VolumeDelete', { path: { name: Name } });
  for (const { Id, RepoTags } of await client.call('ImageList', {}))
    if (!RepoTags?.includes('busybox:latest'))
      await client.call('ImageDelete', { path: { name: Id }, query: { force: true } });
  expect(await client.call('ImageList', {})).toHaveLength(1);
}
