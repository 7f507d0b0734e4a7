import { expect, test } from 'bun:test';
import { allEnded } from './all-ended.ts';

test('all, in order', async () => {
  const stop = () => expect.unreachable();
  expect(await allEnded([Promise.resolve(1), Bun.sleep(1).then(() => 2)], stop)).toEqual([1, 2]);
  expect(await allEnded([], stop)).toEqual([]);
});

test('the first failure in time stops the others, and is thrown when they have ended', async () => {
  const stopped = Promise.withResolvers<void>();
  let ended = false;
  const patient = stopped.promise.then(async () => {
    await Bun.sleep(1);
    ended = true;
    throw new Error('stopped');
  });
  const error = await allEnded([patient, Promise.reject(new Error('why'))], stopped.resolve).catch((e: unknown) => e);
  expect(error).toEqual(new Error('why'));
  expect(ended).toBe(true);
});
