// A new daemon takes over from one that was killed or restarted.

import { expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readPid } from './monitor/bundle.ts';
import type { ExitStatus, Process } from './process.ts';
import type { CreateOptions } from './runtime.ts';
import { describeContainers, readAll, TestHost } from './testing/test-host.ts';

describeContainers('adopt', import.meta.path, () => {
  const host = new TestHost();

  async function killMonitor(bundle: string): Promise<void> {
    const monitor = readPid(join(bundle, 'conmon.pid'))!;
    host.kernel.processes.kill(monitor, 9);
    while (host.kernel.processes.isAlive(monitor)) await delay(1);
  }

  async function adoptProcess(id: string): Promise<Process> {
    const adopted = await host.runtime().adopt(id);
    if (!adopted || 'code' in adopted.exited) throw new Error('expected a running process');
    return adopted as Process;
  }

  /** A daemon of its own process creates and starts a container, and is killed. */
  async function createAndDie(options: CreateOptions, execArgs?: string[]): Promise<void> {
    const program = join(import.meta.dir, 'testing/killed-daemon.ts');
    const daemon = spawn(process.execPath, [program, JSON.stringify([host.execRoot, options, execArgs])], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(daemon.stdout, 'data');
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
  }

  test('nothing there is undefined', async () => {
    expect(await host.runtime().adopt('nosuch')).toBeUndefined();
  });

  test('a running container is watched, attached to and stopped as before', async () => {
    const script = 'while read line; do echo "got $line"; done; exit 4';
    const first = await host.runtime().create(host.options(['sh', '-c', script], {}, { stdin: true, stdinOnce: true }));
    await first.start();
    const process = await adoptProcess(first.id);
    expect([process.pid, process.startedAt]).toEqual([first.pid, first.startedAt]);
    const session = await process.attach();
    const output = readAll(session);
    await session.stdin.write(Buffer.from('hello\n'));
    session.stdin.end();
    expect((await process.exited).code).toBe(4);
    expect((await output).stdout).toBe('got hello\n');
    await process.delete();
    expect(await host.runtime().adopt(first.id)).toBeUndefined();
  });

  test('an exit nobody saw is found with its code and time', async () => {
    const first = await host.runtime().create(host.options(['sh', '-c', 'exit 9']));
    await first.start();
    const { at } = await first.exited;
    const adopted = (await host.runtime().adopt(first.id)) as { exited: ExitStatus };
    expect(adopted.exited).toEqual({ code: 9, at, oomKilled: false, forksRefused: false });
    await first.delete();
  });

  test('a container that was created and never started is removed', async () => {
    const first = await host.runtime().create(host.options(['sleep', '1000']));
    expect(await host.runtime().adopt(first.id)).toBeUndefined();
    expect(host.kernel.processes.isAlive(first.pid)).toBe(false);
    expect(host.runtime().list()).toEqual([]);
    expect(host.kernel.cgroups.list(host.cgroupParent)).toEqual([]);
  });

  test('a container whose monitor was killed counts as killed', async () => {
    const runtime = host.runtime();
    const first = await runtime.create(host.options(['sleep', '1000']));
    await first.start();
    await killMonitor(join(host.execRoot, 'c', first.id));
    expect(await host.runtime().adopt(first.id)).toMatchObject({ exited: { code: 137 } });
    await first.delete();
    expect(runtime.list()).toEqual([]);
    expect(host.kernel.cgroups.list(host.cgroupParent)).toEqual([]);
  });

  test('a container whose monitor is killed while it is watched is killed, too, paused or not', async () => {
    const watching = host.runtime({ monitorInterval: 10 });
    for (const paused of [false, true]) {
      const process = await watching.create(host.options(['sleep', '1000']));
      await process.start();
      if (paused) await process.pause();
      await killMonitor(join(host.execRoot, 'c', process.id));
      expect(await process.exited).toMatchObject({ code: 137 });
      expect(host.kernel.processes.isAlive(process.pid)).toBe(false);
      await process.delete();
    }
    expect(watching.list()).toEqual([]);
    expect(host.kernel.cgroups.list(host.cgroupParent)).toEqual([]);
  });

  test('an exec whose monitor is killed is killed, too', async () => {
    const container = await host.runtime().create(host.options(['sleep', '1000']));
    await container.start();
    const { process } = host.spec(['sleep', '1000']);
    const o = { containerId: container.id, execId: 'e1', process, tty: false, stdin: false };
    const exec = await host.runtime().exec(o);
    await exec.start();
    await killMonitor(join(host.execRoot, 'c', container.id, 'execs/e1'));
    expect((await exec.exited).code).toBe(137);
    while (host.kernel.processes.isAlive(exec.pid)) await delay(1);
    await exec.delete();
    await container.delete();
  });

  test('so is one that an earlier daemon started', async () => {
    const options = host.options(['sleep', '1000']);
    await createAndDie(options, ['sleep', '1000']);
    const runtime = host.runtime({ monitorInterval: 10 });
    const container = (await runtime.adopt(options.id)) as Process;
    const { state } = runtime.adoptExecs(options.id)[0]!;
    if (!('process' in state)) throw new Error('expected a running exec');
    await killMonitor(join(host.execRoot, 'c', options.id, 'execs/e1'));
    expect((await state.process.exited).code).toBe(137);
    while (host.kernel.processes.isAlive(state.process.pid)) await delay(1);
    await state.process.delete();
    await container.delete();
  });

  test('of a container that went with its monitor nobody knows how it ended', async () => {
    const first = await host.runtime().create(host.options(['sleep', '1000']));
    await first.start();
    const monitor = readPid(join(host.execRoot, 'c', first.id, 'conmon.pid'))!;
    for (const pid of [monitor, first.pid]) host.kernel.processes.kill(pid, 9);
    while (host.kernel.processes.isAlive(monitor) || host.kernel.processes.isAlive(first.pid)) await delay(1);
    expect(await host.runtime().adopt(first.id)).toMatchObject({ exited: { code: 255 } });
    await first.delete();
  });

  test('killing the daemon loses no line and no exit code', async () => {
    const lines = 100_000;
    const log = join(host.root, 'log');
    const options = host.options(['sh', '-c', `seq ${lines}; exit 3`], {}, { log: { path: log, format: 'k8s-file' } });
    await createAndDie(options);
    const adopted = await host.runtime().adopt(options.id);
    expect((await adopted?.exited)?.code).toBe(3);
    // A part without its newline (P) is joined with what follows it.
    const records = readFileSync(log, 'utf8').trimEnd().split('\n');
    const text = records.map(record => record.slice(45) + (record[43] === 'F' ? '\n' : '')).join('');
    expect(text).toBe(Array.from({ length: lines }, (_, i) => `${i + 1}\n`).join(''));
    await host.runtime().sweep(new Set());
    expect(host.kernel.cgroups.list(host.cgroupParent)).toEqual([]);
  });

  test('an exec goes on without the daemon', async () => {
    const options = host.options(['sleep', '1000']);
    await createAndDie(options, ['sh', '-c', 'sleep 0.3; echo survived > /survivor']);
    const survivor = join(host.root, 'fs/survivor');
    for (const end = Date.now() + 20_000; !existsSync(survivor) && Date.now() < end; ) await delay(10);
    expect(existsSync(survivor)).toBe(true);
    const adopted = await adoptProcess(options.id);
    await adopted.delete();
    expect(host.kernel.cgroups.list(host.cgroupParent)).toEqual([]);
  });
});
