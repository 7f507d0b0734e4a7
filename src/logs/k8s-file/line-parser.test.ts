// Lines from chunks, wherever the chunks are cut.

import { describe, expect, test } from 'bun:test';
import type { LogEntry } from '../driver.ts';
import { LineParser, parseTime } from './line-parser.ts';

const time = '2026-11-21T11:54:26.123456789+00:00';
const text = [
  `${time} stdout F one`,
  `${time} stdout P tw`,
  `${time} stderr F err`,
  `${time} stdout F o`,
  'garbage',
  `${time} stdout F `,
  `${time} stderr P open`,
  '',
].join('\n');

const show = (entries: LogEntry[]) => entries.map(({ stream, data }) => `${stream}:${data}`);
const expected = ['stdout:one\n', 'stderr:err\n', 'stdout:two\n', 'stdout:\n', 'stderr:open'];

describe('line parser', () => {
  test('joins parts by stream, passes over garbage, keeps an open line until flushed', () => {
    const parser = new LineParser();
    const lines = show(parser.push(Buffer.from(text)));
    expect(lines).toEqual(expected.slice(0, 4));
    expect(show(parser.flush())).toEqual(expected.slice(4));
    expect(parser.flush()).toEqual([]);
  });

  test.each([1, 2, 3, 7, 40, 64])('gives the same lines from chunks of %d bytes', size => {
    const parser = new LineParser();
    const lines: string[] = [];
    for (let at = 0; at < text.length; at += size)
      lines.push(...show(parser.push(Buffer.from(text.slice(at, at + size)))));
    expect([...lines, ...show(parser.flush())]).toEqual(expected);
  });

  test('hands out a line over 16 KiB in pieces', () => {
    const parser = new LineParser();
    const part = `${time} stdout P ${'x'.repeat(8192)}\n`;
    const lines = parser.push(Buffer.from(`${part}${part}${part}${time} stdout F end\n`));
    expect(lines.map(line => line.data.length)).toEqual([16384, 8192 + 4]);
  });

  test('reads times with any offset and precision', () => {
    const at = (value: string) => parseTime(Buffer.from(`x${value} stdout`), 1);
    expect(at(time)).toBe(1795262066123456789n);
    expect(at('2026-11-21T13:24:26.123456789+01:30')).toBe(1795262066123456789n);
    expect(at('2026-11-21T10:54:26.5-01:00')).toBe(1795262066500000000n);
    expect(at('2026-11-21T11:54:26Z')).toBe(1795262066000000000n);
  });
});
