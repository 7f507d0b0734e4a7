// Control groups of the real kernel, whichever kind it has. Needs root.
import { afterAll, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { LinuxCgroups } from './linux-cgroups.ts';

const cgroups = new LinuxCgroups();
const name = `/berth-test-${process.pid}`;
const path = `${name}/group`;
const hierarchies =
  cgroups.version() === 2
    ? ['/sys/fs/cgroup']
    : ['memory', 'pids', 'cpuacct'].map(folder => `/sys/fs/cgroup/${folder}`);

afterAll(() => cgroups.remove(name));

test('a group with a process is read, refuses to go, and goes when it is empty', async () => {
  for (const hierarchy of hierarchies) mkdirSync(join(hierarchy, path, 'inner'), { recursive: true });
  const child = spawn('sleep', ['100'], { stdio: 'ignore' });
  for (const hierarchy of hierarchies) writeFileSync(join(hierarchy, path, 'cgroup.procs'), String(child.pid));
  expect(cgroups.exists(path)).toBe(true);
  expect(cgroups.list(name)).toEqual(['group']);
  expect(cgroups.processes(name)).toEqual([child.pid!]);
  const stats = cgroups.stats(path);
  expect(stats.memory.limit).toBeUndefined();
  if (cgroups.version() === 1) expect(stats.pids.current).toBe(1);
  await expect(cgroups.remove(path)).rejects.toMatchObject({ code: 'EBUSY' });
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  await cgroups.remove(path);
  expect(cgroups.exists(path)).toBe(false);
  expect(cgroups.list(name)).toEqual([]);
});

test.skipIf(cgroups.mode() !== 'hybrid')('the v2 tree of a hybrid host is read as a v2 host', async () => {
  const root = '/sys/fs/cgroup/unified';
  const unified = new LinuxCgroups({ root });
  expect([unified.mode(), unified.version()]).toEqual(['v2', 2]);
  mkdirSync(join(root, path, 'inner'), { recursive: true });
  const child = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
  writeFileSync(join(root, path, 'inner/cgroup.procs'), String(child.pid));
  expect(unified.processes(name)).toEqual([child.pid!]);
  const deadline = Date.now() + 20_000;
  while (unified.stats(path).cpu.total === 0 && Date.now() < deadline) await setTimeout(10);
  expect(unified.stats(path).cpu.total).toBeGreaterThan(0);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  await unified.remove(name);
  expect(existsSync(join(root, name))).toBe(false);
});

test('anticipating a move leaves this process where it is', async () => {
  const before = readFileSync('/proc/self/cgroup', 'utf8');
  await Promise.all([cgroups.anticipateMove(), cgroups.anticipateMove()]);
  await cgroups.anticipateMove();
  expect(readFileSync('/proc/self/cgroup', 'utf8')).toBe(before);
});
