import { expect, test } from 'bun:test';
import { ChunkedDecoder } from './body-decoder.ts';

const coded = 'a;x=y\r\n0123456789\r\n3\r\nabc\r\n1\r\n!\r\n0\r\nTrailer: t\r\n\r\n';
const text = '0123456789abc!';

test('what is fed at a time comes out in one piece, without its coding', () => {
  const decoder = new ChunkedDecoder();
  const pieces: string[] = [];
  const fed = Buffer.from(`${coded}next`);
  expect(decoder.feed(fed, data => pieces.push(data.toString()))).toBe(coded.length);
  expect(pieces).toEqual([text]);
  expect(decoder.done).toBe(true);
  expect(fed.subarray(coded.length).toString()).toBe('next');
});

test('it may be cut anywhere', () => {
  for (let cut = 1; cut < coded.length; cut++) {
    const decoder = new ChunkedDecoder();
    let body = '';
    for (const part of [coded.slice(0, cut), coded.slice(cut)]) {
      const pieces: Buffer[] = [];
      expect(decoder.feed(Buffer.from(part), data => pieces.push(data))).toBe(part.length);
      expect(pieces.length).toBeLessThanOrEqual(1);
      body += Buffer.concat(pieces).toString();
    }
    expect(body).toBe(text);
    expect(decoder.done).toBe(true);
  }
});
