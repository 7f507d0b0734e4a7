// Streams of JSON documents, whole and cut off.

import { expect, test } from 'bun:test';
import { jsonLines } from './json-lines.ts';

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

test('documents come as they are complete, however they are cut', async () => {
  const read = Array.fromAsync(jsonLines(chunks('{"a":', '1}\n\n  \n{"b"', ':2}\n[3', ']')));
  expect(await read).toEqual([{ a: 1 }, { b: 2 }, [3]]);
  expect(await Array.fromAsync(jsonLines(chunks()))).toEqual([]);
});

test('an end in the middle of a document is told from nonsense', async () => {
  await expect(Array.fromAsync(jsonLines(chunks('{"a":1}\n{"b"')))).rejects.toThrow('unexpected EOF');
  await expect(Array.fromAsync(jsonLines(chunks('hello\n{}\n')))).rejects.toThrow(SyntaxError);
});
