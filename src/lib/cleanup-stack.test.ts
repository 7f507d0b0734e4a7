import { expect, test } from 'bun:test';
import { CleanupStack } from './cleanup-stack.ts';

test('steps are undone last first, all of them, and failures are thrown together, moved or not', async () => {
  for (const isMoved of [false, true]) {
    const done: string[] = [];
    const stack = new CleanupStack();
    stack.defer('one', () => void done.push('one'));
    stack.defer('two', () => Promise.reject(new Error('no')));
    stack.defer('three', () => void done.push('three'));
    const taken = isMoved ? stack.move() : stack;
    const failure: unknown = await taken[Symbol.asyncDispose]().catch((error: unknown) => error);
    expect((failure as AggregateError).errors.map(String)).toEqual(['Error: two: Error: no']);
    expect(done).toEqual(['three', 'one']);
    await stack[Symbol.asyncDispose]();
  }
});
