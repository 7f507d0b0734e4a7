import { expect, test } from 'bun:test';
import { createNode, type Node } from '../graph/node.ts';
import { EarlyWork } from './early-work.ts';

const node = (name: string, ...inputs: Node[]) => createNode({ op: { kind: 'scratch' }, inputs, name });
const base = node('base');
const [one, other] = [node('one', base), node('other', base)];
const between = node('between', one);
const last = node('last', between, node('source'));

/** Runs a step that ends when told to. */
function run(work: EarlyWork, step: Node): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = work.during(step, () => promise);
  return () => {
    resolve();
    return running;
  };
}

test('what waits begins once, when a step far below runs, and not because of one beside it', async () => {
  const work = new EarlyWork();
  let begun = 0;
  work.add(last, () => begun++);
  await run(work, other)();
  expect(begun).toBe(0);
  const end = run(work, one);
  expect(begun).toBe(1);
  await run(work, between)();
  await end();
  expect(begun).toBe(1);
});

test('it begins at once while one runs, and neither after that nor when it is forgotten', async () => {
  const work = new EarlyWork();
  let begun = 0;
  const end = run(work, one);
  work.add(last, () => begun++);
  expect(begun).toBe(1);
  await end();
  work.add(last, () => begun++);
  expect(begun).toBe(1);
  work.forget(last);
  await run(work, one)();
  expect(begun).toBe(1);
});

test("what a step throws is the caller's, and it runs no more then", async () => {
  const work = new EarlyWork();
  const failing = work.during(one, () => Promise.reject(new Error('failed')));
  expect(String(await failing.catch((error: unknown) => error))).toContain('failed');
  let begun = 0;
  work.add(last, () => begun++);
  expect(begun).toBe(0);
});
