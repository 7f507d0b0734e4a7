import { expect, test } from 'bun:test';
import { claimLock } from './claim-lock.ts';

const lock = { [Symbol.dispose]: () => {} };

test('a lock that becomes free soon is waited for', async () => {
  let tries = 0;
  expect(await claimLock({ tryLock: () => (++tries < 4 ? undefined : lock) }, '/a')).toBe(lock);
  expect(tries).toBe(4);
});

test('one that somebody keeps is not', async () => {
  expect(await claimLock({ tryLock: () => undefined }, '/a')).toBeUndefined();
});
