import { expect, test } from 'bun:test';
import { UsersIndex } from './users-index.ts';

test('users are found by what they use, each once, until they are gone', () => {
  const index = new UsersIndex<string>();
  for (const user of ['a', 'b', 'a']) index.add('x', user);
  index.add('y', 'a');
  expect(index.of('x')).toEqual(['a', 'b']);
  index.delete('x', 'a');
  index.delete('x', 'a');
  index.delete('none', 'a');
  expect([index.of('x'), index.of('y'), index.of('none')]).toEqual([['b'], ['a'], []]);
});
