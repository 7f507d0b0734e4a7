// So many at a time.
import { expect, test } from 'bun:test';
import { Limiter } from './limiter.ts';

test('no more than the limit, in the order they came', async () => {
  const limiter = new Limiter(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const work = async (number: number) => {
    using _slot = await limiter.acquire();
    order.push(number);
    most = Math.max(most, ++running);
    await Bun.sleep(1);
    running--;
  };
  await Promise.all([1, 2, 3, 4, 5].map(work));
  expect(order).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
  expect(limiter.free).toBe(2);
});

test('who gives up waiting takes no slot, and a higher limit lets the others in', async () => {
  const limiter = new Limiter(1);
  const first = await limiter.acquire();
  const abort = new AbortController();
  const second = limiter.acquire(abort.signal);
  const third = limiter.acquire();
  abort.abort();
  await expect(second).rejects.toMatchObject({ kind: 'cancelled' });
  limiter.limit = 2;
  (await third)[Symbol.dispose]();
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(limiter.free).toBe(2);
  await expect(limiter.acquire(abort.signal)).rejects.toMatchObject({ kind: 'cancelled' });
});
