import { expect, test } from 'bun:test';
import { healthcheckText, quotedList, runText } from './history-text.ts';

test('commands are worded as BuildKit words them', () => {
  expect(runText(['/bin/sh', '-c', 'make'], [])).toBe('RUN /bin/sh -c make # buildkit');
  expect(runText(['/bin/sh', '-c', 'make'], ['A=1', 'B=2'])).toBe('RUN |2 A=1 B=2 /bin/sh -c make # buildkit');
  expect(quotedList(['a', 'b"c'])).toBe('["a" "b\\"c"]');
  const second = 1_000_000_000;
  expect(healthcheckText({ Test: ['CMD-SHELL', 'true'], Interval: 5 * second, Retries: 3 })).toBe(
    `HEALTHCHECK &{["CMD-SHELL" "true"] "5s" "0s" "0s" "0s" '\\x03'}`,
  );
});
