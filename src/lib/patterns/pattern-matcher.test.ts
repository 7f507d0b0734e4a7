import { expect, test } from 'bun:test';
import { PatternMatcher } from './pattern-matcher.ts';

test.each(['[', '[z-a]', 'a\\', '[^]x]', '!'])('the pattern %p is refused as the invalid one it is', pattern => {
  expect(() => new PatternMatcher([pattern])).toThrow(expect.objectContaining({ kind: 'invalid' }));
});
