import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../test/support/eventually.ts';
import { silentLogger } from '../../lib/logger.ts';
import { openStore } from '../../store/index.ts';
import { BuildHistory } from './build-history.ts';
import type { HistoryRecord } from './history-record.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function open(limits = { entries: 3, age: 60_000 }) {
  const folder = mkdtempSync(join(tmpdir(), 'berth-history-'));
  folders.push(folder);
  const root = join(folder, 'history');
  const store = openStore(join(folder, 'db'));
  return { root, history: new BuildHistory({ root, limits }, { store, logger: silentLogger }), store };
}

const blob = { mediaType: 'm', digest: 'sha256:aa', size: 2, annotations: {} };
const record = (ref: string, more: Partial<HistoryRecord> = {}): HistoryRecord => ({
  ...{ ref, frontend: 'f', attributes: {}, exporters: [], response: {}, warnings: 0, pinned: false, generation: 1 },
  ...{ steps: { total: 1, completed: 1, cached: 0 }, attestations: { '': [blob] } },
  ...{ createdAt: Date.now(), completedAt: Date.now() },
  ...more,
});

async function* said(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}
const contents = (...texts: string[]) => ({ blobs: new Map([['sha256:aa', Buffer.from('hi')]]), log: said(...texts) });

async function logOf(history: BuildHistory, ref: string): Promise<string[]> {
  return (await Array.fromAsync(history.log(ref))).map(part => Buffer.from(part).toString());
}

/** How many files below `root` are open; others are open for other reasons. */
function openFiles(root: string): number {
  const targets = readdirSync('/proc/self/fd').map(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return targets.filter(target => target.startsWith(root)).length;
}

test('a build is there while it is written and after, with all that was said', async () => {
  const { history } = open();
  const adding = history.add(record('../one'), contents('a', '', 'x'.repeat(100_000)));
  expect(history.find('../one')).toBeDefined();
  expect(Buffer.from((await history.blob('sha256:aa')) ?? []).toString()).toBe('hi');
  expect(await logOf(history, '../one')).toEqual(['a', '', 'x'.repeat(100_000)]);
  await adding;
  expect(history.list().map(({ ref }) => ref)).toEqual(['../one']);
  expect(Buffer.from((await history.blob('sha256:aa')) ?? []).toString()).toBe('hi');
  expect(await history.blob('sha256:bb')).toBeUndefined();
});

test('a log that is left early, or removed while it is read, leaves nothing open', async () => {
  const { history, root } = open();
  await history.add(record('one'), contents('a', 'x'.repeat(3_000_000), 'b'));
  for await (const _ of history.log('one')) break;
  const log = history.log('one');
  const reading = Array.fromAsync(log);
  await history.remove('one');
  expect([0, 3]).toContain((await reading).length);
  await eventually('nothing open', () => openFiles(root) === 0);
});

test('of two builds of one name the later one is remembered, however long the first one takes', async () => {
  const { history } = open();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = async function* () {
    yield Buffer.from('first');
    await promise;
  };
  const first = history.add(record('one', { warnings: 1 }), { ...contents(), log: slow() });
  const second = history.add(record('one', { warnings: 2 }), contents('second'));
  expect(history.find('one')?.warnings).toBe(2);
  resolve();
  await first;
  expect(history.find('one')?.warnings).toBe(2);
  await second;
  expect(history.list().map(({ warnings }) => warnings)).toEqual([2]);
  expect(await logOf(history, 'one')).toEqual(['second']);
});

test('old ones make room, pinned ones do not', async () => {
  const { history, root } = open();
  const now = Date.now();
  for (let at = 0; at < 6; at++) {
    const time = now - 1000 + at;
    await history.add(record(`b${at}`, { createdAt: time, completedAt: time }), contents());
    if (at === 0) await history.pin('b0', true);
  }
  expect(history.list().map(({ ref }) => ref)).toEqual(['b0', 'b3', 'b4', 'b5']);
  expect(readdirSync(root)).toHaveLength(4);
  await history.add(record('ancient', { createdAt: 1, completedAt: 1 }), contents());
  expect(history.find('ancient')).toBeUndefined();
});

test('what is removed is gone, and a restart takes away what has no record', async () => {
  const { history, root, store } = open();
  await history.add(record('a'), contents('said'));
  await history.add(record('b'), contents());
  expect(await history.remove('b')).toBe(true);
  expect(await history.remove('b')).toBe(false);
  await Bun.write(join(root, 'deadbeef.partial', 'log'), 'half');
  const again = new BuildHistory({ root }, { store, logger: silentLogger });
  await again.restore();
  expect(readdirSync(root)).toHaveLength(1);
  expect(await logOf(again, 'a')).toEqual(['said']);
});

test('a log that cannot be had is no reason to fail', async () => {
  const { history } = open();
  const log = (async function* () {
    yield Buffer.from('first');
    throw new Error('broken');
  })();
  await history.add(record('a'), { blobs: new Map(), log });
  expect(history.list()).toEqual([]);
});
