import { expect, test } from 'bun:test';
import { formatExcerpt } from '../../../lib/text/source-excerpt.ts';
import { shortenMessage, shortenSource } from './shorten.ts';

const at = (source: string, start: number, end = start) => ({ name: 'Dockerfile', source, ranges: [{ start, end }] });

test('what is short stays', () => {
  expect(shortenMessage('no')).toBe('no');
  expect(shortenSource(at('FROM a\nRUN b\n', 2))).toBe('FROM a\nRUN b\n');
});

test('of a long message both ends are kept', () => {
  const short = shortenMessage(`process "${'x'.repeat(100_000)}" failed: exit code: 1`);
  expect(short.length).toBeLessThan(7000);
  expect(short).toStartWith('process "xxx');
  expect(short).toEndWith('failed: exit code: 1');
});

test('the excerpt of a large source is the same, but for lines that are too long', () => {
  const lines = Array.from({ length: 3000 }, (_, index) => `RUN echo ${index}`);
  const source = lines.join('\n');
  const location = at(source, 2000, 2003);
  const short = shortenSource(location);
  expect(short.length).toBeLessThan(8000);
  expect(formatExcerpt({ ...location, source: short })).toBe(formatExcerpt(location));
  const long = shortenSource(at(`FROM a\nRUN ${'y'.repeat(70_000)}\n`, 1));
  expect(long.length).toBeLessThan(16_384);
  expect(long).toStartWith('FROM a\nRUN yyy');
});
