// Words, quotes and every form of a variable.
import { describe, expect, test } from 'bun:test';
import table from '../truth/words.json';
import { expandWord } from './expand-word.ts';

const variables = new Map(
  Object.entries({ a: 'x', empty: '', path: '/usr/local/lib/liba.so.1', spaced: 'p  q', stars: 'a*b*c' }),
);
const expand = (word: string) => expandWord(word, variables, { escape: '\\' }).word;

describe('expandWord', () => {
  for (const [word, result] of table as [string, string][]) {
    test(word, () => expect(expand(word)).toBe(result));
  }

  test('splits what is not quoted', () => {
    const words = expandWord('a  "b c" $spaced "$spaced" d\\ e', variables, { escape: '\\' }).words;
    expect(words).toEqual(['a', 'b c', 'p', 'q', 'p  q', 'd e']);
  });

  test('another escape character leaves the backslash alone', () => {
    expect(expandWord('\\$a `$a', variables, { escape: '`' }).word).toBe('\\x $a');
  });

  test('keeps what it cannot know when asked to', () => {
    const options = { escape: '\\', skipUnset: true, rawQuotes: true, rawEscapes: true } as const;
    expect(expandWord('"$none" \'q\' \\n $none $a', variables, options).word).toBe('"$none" \'q\' \\n $none x');
  });

  test('tells which names it met', () => {
    const { matched, unmatched } = expandWord('$a $b $c $d', variables, { escape: '\\' });
    expect([[...matched], [...unmatched].sort()]).toEqual([['a'], ['b', 'c', 'd']]);
  });
});
