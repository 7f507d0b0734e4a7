import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../lib/logger.ts';
import { EventQueue } from './event-queue.ts';

let root: string;
let said = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-events-'));
  said = '';
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const logger = createLogger({ write: line => void (said += line), level: () => 'warn', format: 'text' });
const event = (number: number) => JSON.stringify({ number });

test('what waits is put on disk, in order, also when it is taken meanwhile', async () => {
  const folder = join(root, 'hooks', 'to-a');
  const queue = new EventQueue(folder, logger);
  await queue.settle();
  for (const number of [1, 2, 3]) queue.push(event(number));
  const settling = queue.settle();
  queue.shift();
  await settling;
  expect(readdirSync(folder).sort()).toEqual(['000000000002.json', '000000000003.json']);
  const next = new EventQueue(folder, logger);
  expect([next.length, next.first]).toEqual([2, event(2)]);
  rmSync(root, { recursive: true });
  queue.shift();
  await queue.settle();
  expect(said).toBe('');
});
