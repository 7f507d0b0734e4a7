// What is drawn for a stream of progress, byte by byte as Docker's client does it.

import { describe, expect, test } from 'bun:test';
import type { Output } from '../io.ts';
import { formatProgress } from './progress-bar.ts';
import { type ProgressMessage, showProgress } from './show-progress.ts';

const wide = { width: 120, now: 0 };

describe('a bar', () => {
  test.each([
    [{}, ''],
    [{ current: 512 }, '    512B'],
    [{ current: 3, units: 's' }, '3 s'],
    [{ current: 0, total: 100 }, `[>${' '.repeat(50)}]       0B/100B`],
    [{ current: 50, total: 100 }, `[${'='.repeat(25)}>${' '.repeat(25)}]      50B/100B`],
    [{ current: 100, total: 100 }, `[${'='.repeat(50)}>]     100B/100B`],
    [{ current: 200, total: 100 }, `[${'='.repeat(50)}>]     200B`],
    [{ current: 3, total: 9, units: 'files' }, `[${'='.repeat(16)}>${' '.repeat(34)}] 3/9 files`],
    [{ current: 50, total: 100, hidecounts: true }, `[${'='.repeat(25)}>${' '.repeat(25)}] `],
  ])('of %j', (detail, text) => {
    expect(formatProgress(detail, wide)).toBe(text);
  });

  test('tells the time that is left, when there is a start', () => {
    const detail = { current: 20, total: 100, start: 1000 };
    expect(formatProgress(detail, { width: 80, now: 1_020_000 })).toBe('     20B/100B 1m20s');
    expect(formatProgress(detail, { width: 50, now: 1_020_000 })).toBe('     20B/100B');
  });
});

class Screen implements Output {
  readonly broken = false;
  readonly isTerminal: boolean;
  readonly #columns: number;
  text = '';

  constructor(columns: number) {
    this.#columns = columns;
    this.isTerminal = columns > 0;
  }

  write(chunk: string | Uint8Array): boolean {
    this.text += chunk;
    return true;
  }

  async drained(): Promise<void> {}
  async flush(): Promise<void> {}

  size() {
    return this.isTerminal ? { columns: this.#columns, rows: 24 } : undefined;
  }
}

async function* stream(messages: ProgressMessage[]) {
  yield* messages;
}

const layer = (id: string, status: string, progressDetail: object = {}) => ({ id, status, progressDetail });
const pull = [
  { id: 'latest', status: 'Pulling from library/busybox' },
  layer('a', 'Pulling fs layer'),
  layer('b', 'Pulling fs layer'),
  layer('a', 'Downloading', { current: 12345, total: 1234567 }),
  layer('b', 'Pull complete'),
  { status: 'Status: done' },
];

test('away from a terminal, only steps are told', async () => {
  const output = new Screen(0);
  await showProgress(stream(pull), { output });
  expect(output.text).toBe(
    'latest: Pulling from library/busybox\na: Pulling fs layer\nb: Pulling fs layer\nb: Pull complete\nStatus: done\n',
  );
});

test('on a terminal, each layer keeps its row', async () => {
  const output = new Screen(80);
  await showProgress(stream(pull), { output });
  expect(output.text).toBe(
    [
      'latest: Pulling from library/busybox\n',
      '\n\x1b[1A\x1b[2K\ra: Pulling fs layer \r\x1b[1B',
      '\n\x1b[1A\x1b[2K\rb: Pulling fs layer \r\x1b[1B',
      '\x1b[2A\x1b[2K\ra: Downloading  12.35kB/1.235MB\r\x1b[2B',
      '\x1b[1A\x1b[2K\rb: Pull complete \r\x1b[1B',
      'Status: done\n',
    ].join(''),
  );
});

test('a message without progress begins a new picture', async () => {
  const output = new Screen(80);
  await showProgress(stream([layer('a', 'Waiting'), { status: 'next tag' }, layer('a', 'Waiting')]), { output });
  const row = '\n\x1b[1A\x1b[2K\ra: Waiting \r\x1b[1B';
  expect(output.text).toBe(`${row}next tag\n${row}`);
});

test('an error ends it, shown or not', async () => {
  const messages = [{ status: 'x' }, { error: 'short', errorDetail: { message: 'long' } }];
  for (const output of [new Screen(0), new Screen(80), undefined]) {
    await expect(showProgress(stream(messages), { output })).rejects.toThrow('long');
  }
});

test('what is for the program is not shown', async () => {
  const output = new Screen(0);
  const seen: unknown[] = [];
  await showProgress(stream([{ progressDetail: {}, aux: { Tag: 'x' } }]), { output, onAux: aux => seen.push(aux) });
  expect(seen).toEqual([{ Tag: 'x' }]);
  expect(output.text).toBe('');
});
