import { expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { openLibc } from '../libc/libc.ts';
import { LinuxProcesses } from './linux-processes.ts';

const processes = new LinuxProcesses(openLibc());

test('a living process is seen, and seen to go', async () => {
  const child = spawn('sleep', ['100'], { stdio: 'ignore' });
  const pid = child.pid!;
  expect(processes.list()).toContain(pid);
  expect(processes.children(process.pid)).toContain(pid);
  expect(processes.isAlive(pid)).toBe(true);
  expect(processes.kill(pid, 0)).toBe(true);
  const started = processes.startTime(pid)!;
  expect(started).toBeGreaterThanOrEqual(processes.startTime(process.pid)!);
  expect(processes.startTime(pid)).toBe(started);
  const ended = once(child, 'exit');
  expect(processes.kill(pid, 9)).toBe(true);
  await ended;
  expect(processes.isAlive(pid)).toBe(false);
  expect(processes.startTime(pid)).toBeUndefined();
  expect(processes.commandLine(pid)).toEqual([]);
  expect(processes.children(pid)).toEqual([]);
  expect(processes.kill(pid, 9)).toBe(false);
});

test('numbers that mean many processes are refused', () => {
  for (const pid of [0, -1, -process.pid, 1.5, Number.NaN]) {
    expect(() => processes.kill(pid, 0)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  }
});

test('the command line keeps empty arguments, and a name with brackets does not confuse', () => {
  const proc = mkdtempSync('/tmp/berth-proc-');
  mkdirSync(`${proc}/7`);
  const fields = ['S', ...Array.from({ length: 18 }, (_, index) => String(index)), '4711', '0'];
  writeFileSync(`${proc}/7/stat`, `7 (a) b (c)) ${fields.join(' ')}\n`);
  writeFileSync(`${proc}/7/cmdline`, 'sh\0-c\0\0last\0');
  const fixture = new LinuxProcesses(openLibc(), { proc });
  expect(fixture.startTime(7)).toBe(4711);
  expect(fixture.isAlive(7)).toBe(true);
  expect(fixture.commandLine(7)).toEqual(['sh', '-c', '', 'last']);
  expect(fixture.list()).toEqual([7]);
  rmSync(proc, { recursive: true });
});
