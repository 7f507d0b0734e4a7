import { expect, test } from 'bun:test';
import { stepProcesses } from './step-processes.ts';

test('steps get a quarter of the scarcer of pids and threads', () => {
  const host = (values: Record<string, string>) => ({ sysctl: (name: string) => values[name] });
  expect(stepProcesses(host({ 'kernel.pid_max': '32768', 'kernel.threads-max': '192730' }))).toBe(8192);
  expect(stepProcesses(host({ 'kernel.pid_max': '4194304', 'kernel.threads-max': '7900' }))).toBe(1975);
  expect(stepProcesses(host({}))).toBe(8192);
});
