import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepDataRoot } from './keep-data-root.ts';

let execRoot: string;
beforeEach(() => {
  execRoot = mkdtempSync(join(tmpdir(), 'berth-roots-'));
});
afterEach(() => rmSync(execRoot, { recursive: true, force: true }));

const runtime = (running: Record<string, number[]>) => ({
  list: () => Object.keys(running),
  processes: (id: string) => running[id] ?? [],
});

test('another data root is refused while something of the one before runs', () => {
  const start = (dataRoot: string, running: Record<string, number[]> = {}) =>
    keepDataRoot({ dataRoot, execRoot }, runtime(running));
  start('/a', { left: [1] });
  start('/a', { left: [1] });
  expect(() => start('/a/1.1', { dead: [], alive: [7] })).toThrow('containers of /a are running');
  start('/a/1.1', { dead: [] });
  expect(() => start('/a', { alive: [7] })).toThrow('containers of /a/1.1 are running');
});
