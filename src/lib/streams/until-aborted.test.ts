import { expect, test } from 'bun:test';
import { untilAborted } from './until-aborted.ts';

async function* silentAfter(...items: number[]) {
  yield* items;
  await new Promise(() => {});
}

test('everything comes through, and an end is an end', async () => {
  async function* three() {
    yield* [1, 2, 3];
  }
  expect(await Array.fromAsync(untilAborted(three(), new AbortController().signal))).toEqual([1, 2, 3]);
});

test('a stream that says nothing more is left when the signal fires', async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of untilAborted(silentAfter(1, 2), stop.signal)) {
      seen.push(item);
      if (item === 2) setTimeout(() => stop.abort(new Error('enough')), 0);
    }
  })();
  await expect(reading).rejects.toThrow('enough');
  expect(seen).toEqual([1, 2]);
});

test('a signal that fired before lets nothing through', async () => {
  const never = untilAborted(silentAfter(1), AbortSignal.abort(new Error('before')));
  await expect(never.next()).rejects.toThrow('before');
});

test('whoever stops reading ends the stream', async () => {
  let ended = false;
  async function* endless() {
    try {
      for (;;) yield 1;
    } finally {
      ended = true;
    }
  }
  for await (const _ of untilAborted(endless(), new AbortController().signal)) break;
  expect(ended).toBe(true);
});
