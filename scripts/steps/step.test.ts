import { expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, runStep } from './step.ts';

test('what a command says on standard error is kept, also by way of /dev/stderr', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-step-'));
  try {
    const errors = join(folder, 'errors');
    const script = 'echo "of a test of steps" >&2; echo "the same" >>/dev/stderr; exit 3';
    expect(await runCommand(['sh', '-c', script], {}, errors)).toBe(3);
    expect(readFileSync(errors, 'utf8')).toBe('of a test of steps\nthe same\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a step is its exit code, or what it counted', async () => {
  const named = async (work: () => Promise<number>) => ({
    ...(await runStep('a test of steps', work)),
    milliseconds: 0,
  });
  const step = { name: 'a test of steps', skipped: 0, milliseconds: 0 };
  expect(await named(async () => 0)).toEqual({ ...step, passed: 1, failed: 0 });
  expect(await named(async () => 2)).toEqual({ ...step, passed: 0, failed: 1 });
});
