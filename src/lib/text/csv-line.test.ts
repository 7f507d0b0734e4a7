import { expect, test } from 'bun:test';
import { parseCsvLine } from './csv-line.ts';

test.each([
  ['a', ['a']],
  ['a,b=c,', ['a', 'b=c', '']],
  ['type=bind,"source=/a,b",ro', ['type=bind', 'source=/a,b', 'ro']],
  ['"say ""hi""",', ['say "hi"', '']],
  ['""', ['']],
])('%s', (line, fields) => {
  expect(parseCsvLine(line)).toEqual(fields);
});

test.each([
  ['', 'EOF'],
  ['a,b"c', 'parse error on line 1, column 4: bare " in non-quoted-field'],
  ['a,"b"c', 'parse error on line 1, column 5: extraneous or missing " in quoted-field'],
  ['a,"b', 'parse error on line 1, column 5: extraneous or missing " in quoted-field'],
])('%p is refused', (line, message) => {
  expect(() => parseCsvLine(line)).toThrow(new Error(message));
});
