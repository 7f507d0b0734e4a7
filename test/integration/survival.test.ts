// The daemon may die at any moment: containers, their logs and their exit codes do not.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Writes `line 1`, `line 2`, … for ever, about fifty a second. */
const writer = 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done';
/** The same until a file appears, then ends with 17. */
const enderOn = (file: string) => `i=0; while [ ! -e ${file} ]; do i=$((i+1)); echo line $i; sleep 0.02; done; exit 17`;

/** The number of the last line; throws if any before it is missing, doubled or torn. */
function lastLine(log: string): number {
  const lines = log.trimEnd().split('\n');
  const wrong = lines.findIndex((line, index) => line !== `line ${index + 1}`);
  if (wrong !== -1) throw new Error(`line ${wrong + 1} is ${JSON.stringify(lines[wrong])}`);
  return lines.length;
}

test('kill -9 with twenty writing containers and an attached client must lose nothing', async () => {
  const flag = '/stop/now';
  const writers = await inParallel(16, 4, index => engine.run(writer, {}, `writer-${index}`));
  const enders = await inParallel(4, 4, index =>
    engine.run(enderOn(flag), { HostConfig: { Binds: ['stopper:/stop'] } }, `ender-${index}`),
  );
  const all = [...writers, ...enders];
  const attached = await engine.client.hijack('ContainerAttach', {
    path: { id: all[0] ?? '' },
    query: { stream: true, stdout: true, stderr: true },
  });
  const attachEnded = new Promise<void>(resolve => attached.socket.once('end', resolve).on('error', resolve).resume());
  await eventually('all write', async () => {
    for (const id of all) if (lastLine(await engine.logs(id)) < 5) return false;
    return true;
  });
  const states = await Promise.all(all.map(async id => (await engine.inspect(id)).State));
  const volume = (await engine.inspect(enders[0] ?? '')).Mounts?.[0]?.Source ?? '';

  await daemon.kill();
  await attachEnded;
  attached.socket.destroy();
  for (const state of states) expect(existsSync(`/proc/${state?.Pid}`)).toBe(true);
  await Bun.write(`${volume}/now`, '');
  for (const state of states.slice(16)) await eventually('it ends', () => !existsSync(`/proc/${state?.Pid}`));
  await daemon.start();

  for (const [index, id] of all.entries()) {
    const state = (await engine.inspect(id)).State;
    if (index < 16)
      expect(state).toMatchObject({ Running: true, Pid: states[index]?.Pid, StartedAt: states[index]?.StartedAt });
    else expect(state).toMatchObject({ Running: false, Status: 'exited', ExitCode: 17 });
  }
  for (const id of enders) expect(await engine.wait(id)).toBe(17);
  const counted = await Promise.all(all.map(async id => lastLine(await engine.logs(id))));
  await eventually('the writers write on', async () => {
    for (const [index, id] of writers.entries()) {
      if (lastLine(await engine.logs(id)) <= (counted[index] ?? 0) + 5) return false;
    }
    return true;
  });
  const killed = writers[0] ?? '';
  await engine.client.call('ContainerKill', { path: { id: killed } });
  expect(await engine.wait(killed)).toBe(137);

  await inParallel(20, 4, index => engine.remove(all[index] ?? ''));
  await engine.client.call('VolumeDelete', { path: { name: 'stopper' } });
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 120_000);

test('a client that waits must get the exit code from the next daemon', async () => {
  const id = await engine.run('sleep 1; exit 23');
  await daemon.kill();
  await daemon.start();
  expect(await engine.wait(id)).toBe(23);
  await engine.remove(id);
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);

test('published ports must answer through and after the death of the daemon', async () => {
  const { bip } = daemon.places;
  const id = await engine.run('echo alive >/index.html; exec httpd -f -h /', {
    ExposedPorts: { '80/tcp': {} },
    HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '' }] } },
  });
  const port = (await engine.inspect(id)).NetworkSettings?.Ports?.['80/tcp']?.[0]?.HostPort;
  const url = `http://127.0.0.1:${port}/`;
  const page = async () => await (await fetch(url)).text();
  expect(await eventually('the page comes', page)).toBe('alive\n');
  await daemon.kill();
  expect(await page()).toBe('alive\n');
  await daemon.start();
  expect(await page()).toBe('alive\n');
  const next = await engine.run('sleep 1000');
  const address = async (one: string) => (await engine.inspect(one)).NetworkSettings?.Networks?.bridge?.IPAddress;
  expect(await address(next)).not.toBe(await address(id));
  expect(bip).not.toContain(`${await address(next)}/`);
  await engine.remove(id);
  await engine.remove(next);
  expect(await page().catch(() => 'refused')).toBe('refused');
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);

test('attach, exec and stop must work on a container of the daemon before', async () => {
  const id = await engine.run('while read line; do echo "got $line"; done; exit 4', { OpenStdin: true });
  await daemon.kill();
  await daemon.start();
  const query = { stream: true, stdin: true, stdout: true, stderr: true };
  const { socket } = await engine.client.hijack('ContainerAttach', { path: { id }, query });
  socket.on('error', () => {}).resume();
  socket.write('a message\n');
  await eventually('it answers', async () => (await engine.logs(id)) === 'got a message\n');
  socket.destroy();
  const exec = await engine.client.call('ContainerExec', { path: { id }, body: { Cmd: ['sh', '-c', 'exit 12'] } });
  await engine.client.call('ExecStart', { path: { id: exec.Id }, body: { Detach: true } });
  await eventually('the exec ends', async () => {
    const state = await engine.client.call('ExecInspect', { path: { id: exec.Id } });
    return state.Running === false && state.ExitCode === 12;
  });
  await engine.client.call('ContainerStop', { path: { id }, query: { t: 1 } });
  expect((await engine.inspect(id)).State?.Running).toBe(false);
  await engine.remove(id);
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);

test('execs must go on, and their end be told, under the next daemon', async () => {
  const since = Date.now() / 1000 - 1;
  const id = await engine.run('sleep 1000', {
    Healthcheck: { Test: ['CMD-SHELL', 'sleep 5'], Interval: 1e8, Timeout: 60e9 },
  });
  const begin = async (script: string) => {
    const body = { Cmd: ['sh', '-c', script], Tty: script.includes('tty') };
    const exec = await engine.client.call('ContainerExec', { path: { id }, body });
    await engine.client.call('ExecStart', { path: { id: exec.Id }, body: { Detach: true } });
    return exec.Id;
  };
  const state = (exec: string) => engine.client.call('ExecInspect', { path: { id: exec } });
  const long = await begin('while [ ! -e /end ]; do sleep 0.05; done; exit 7');
  const other = await begin('tty; while [ ! -e /end ]; do sleep 0.05; done; exit 9');
  const short = await begin('while [ ! -e /short ]; do sleep 0.05; done; exit 5');
  await eventually('they run', async () => (await state(short)).Running && (await state(other)).Pid);
  const { Pid: pid } = await state(long);
  await daemon.kill();
  writeFileSync(`/proc/${pid}/root/short`, '');
  const exit = join(daemon.places.execRoot, 'c', id, 'execs', short, id);
  await eventually('the monitor says so', () => existsSync(exit));
  await daemon.start();
  expect(await state(long)).toMatchObject({ Running: true, ExitCode: null, Pid: pid, ContainerID: id });
  expect(await state(short)).toMatchObject({ Running: false, ExitCode: 5 });
  // And perhaps the next probe of its health.
  const present = (await engine.inspect(id)).ExecIDs ?? [];
  expect(present).toEqual(expect.arrayContaining([long, other]));
  expect(present).not.toContain(short);
  writeFileSync(`/proc/${pid}/root/end`, '');
  await eventually('they end', async () => !(await state(long)).Running && !(await state(other)).Running);
  expect((await state(long)).ExitCode).toBe(7);
  expect((await state(other)).ExitCode).toBe(9);
  const query = { since: String(since), until: String(Date.now() / 1000), filters: { event: ['exec_die'] } };
  const { body } = await engine.client.stream('SystemEvents', { query } as never);
  const events = Buffer.concat(await Array.fromAsync(body)).toString();
  for (const [exec, code] of [
    [long, 7],
    [other, 9],
    [short, 5],
  ] as const) {
    expect(events).toContain(`"execID":"${exec}","exitCode":"${code}"`);
  }
  await engine.remove(id);
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);

test('restart policies must go on under the next daemon', async () => {
  const id = await engine.run('sleep 0.5; exit 1', { HostConfig: { RestartPolicy: { Name: 'always' } } });
  await daemon.kill();
  await Bun.sleep(800);
  await daemon.start();
  await eventually('it runs again', async () => ((await engine.inspect(id)).RestartCount ?? 0) >= 1);
  await engine.remove(id);
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);

test('a daemon killed in the middle of creating and removing must leave nothing behind', async () => {
  for (let round = 0; round < 5; round++) {
    const work = Promise.allSettled(
      Array.from({ length: 8 }, async (_, index) => {
        const id = await engine.run('sleep 1000', {}, `half-${round}-${index}`);
        await engine.remove(id);
      }),
    );
    await Bun.sleep(40 + 60 * round);
    await daemon.kill();
    await work;
    await daemon.start();
  }
  const containers = await engine.client.call('ContainerList', { query: { all: true } });
  for (const { Id } of containers) await engine.remove(Id ?? '');
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 120_000);

/** Runs `work` for 0 … count − 1, `width` at a time; results in order. */
async function inParallel<T>(count: number, width: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}
