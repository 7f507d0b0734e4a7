import { expect, test } from 'bun:test';
import { unlessAborted, unlessCancelled } from './unless-aborted.ts';

const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test('what is waited for counts until the signal fires, and not at all once it has', async () => {
  const stop = new AbortController();
  expect(await unlessAborted(Promise.resolve(1), stop.signal)).toBe(1);
  expect(await caught(unlessAborted(Promise.reject(new Error('no')), stop.signal))).toMatchObject({ message: 'no' });
  const waiting = caught(unlessAborted(new Promise(() => {}), stop.signal));
  stop.abort('enough');
  expect(await waiting).toBe('enough');
  // Nobody else need hear what becomes of it.
  expect(await caught(unlessAborted(Promise.reject(new Error('late')), stop.signal))).toBe('enough');
});

test('whoever gives up hears that it was cancelled', async () => {
  expect(await unlessCancelled(Promise.resolve(1), undefined)).toBe(1);
  expect(await caught(unlessCancelled(Promise.reject(new Error('no')), AbortSignal.abort('x')))).toMatchObject({
    ...{ kind: 'cancelled', message: 'context canceled', cause: 'x' },
  });
  const failing = unlessCancelled(Promise.reject(new Error('no')), new AbortController().signal);
  expect(await caught(failing)).toMatchObject({ message: 'no' });
});
