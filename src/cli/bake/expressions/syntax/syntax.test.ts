// Where things are in a file of HCL, and what is too much of it. What it means is in the corpus.
import { expect, test } from 'bun:test';
import { parseFile } from './body-parser.ts';
import { HclError } from './hcl-error.ts';
import { describePlace } from './source.ts';

const parse = (text: string) => parseFile({ name: 'f.hcl', text });

function mistakeIn(text: string): HclError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof HclError) return error;
    throw error;
  }
  throw new Error('there is none');
}

test('attributes, blocks and values have places', () => {
  const { attributes, blocks } = parse(`a = [1,\n  "x\${b}"]\nblock "l" m {\n  c = upper("d")\n}\n`);
  const list = attributes.get('a');
  expect(list && describePlace(list.namePlace)).toBe('f.hcl:1,1-2');
  expect(list && describePlace(list.value.place)).toBe('f.hcl:1,5-2,11');
  const [block] = blocks;
  expect(block?.labels.map(({ text, place }) => [text, describePlace(place)])).toEqual([
    ['l', 'f.hcl:3,7-10'],
    ['m', 'f.hcl:3,11-12'],
  ]);
  const call = block?.body.attributes.get('c')?.value;
  expect(call && describePlace(call.place)).toBe('f.hcl:4,7-17');
});

test('columns count what a reader takes for characters', () => {
  expect(mistakeIn('a = ["äöü😀👩‍👩‍👧e\u0301", !]\n').message).toStartWith('f.hcl:1,17-18: Invalid expression;');
});

test('the lines around a mistake are shown', () => {
  expect(mistakeIn('a = 1\nb = \nc = 3\n').excerpt()).toBe(
    [
      'f.hcl:2',
      '--------------------',
      '   1 |     a = 1',
      '   2 | >>> b = ',
      '   3 | >>> c = 3',
      '   4 |     ',
      '--------------------',
      '',
    ].join('\n'),
  );
});

test('what lies too deep in itself ends in a message', () => {
  for (const text of [
    `a = ${'['.repeat(100_000)}`,
    `a = ${'{ a = '.repeat(100_000)}`,
    `a = ${'f('.repeat(100_000)}`,
    `a = ${'!'.repeat(100_000)}true`,
    `a = ${'true ? 1 : '.repeat(100_000)}2`,
    `a = 1${' + 1'.repeat(100_000)}`,
    `a = b${'.c'.repeat(100_000)}`,
    `a = b${'[0]'.repeat(100_000)}`,
    `a = "${'${"'.repeat(100_000)}`,
    `a = ${'[for x in '.repeat(100_000)}`,
    'b {\n'.repeat(100_000),
  ]) {
    expect(mistakeIn(text).summary).toBe('Nesting too deep');
  }
});

test('long files without depth are read', () => {
  const { attributes, blocks } = parse(`a = [${'"x", '.repeat(50_000)}]\n${'b "l" {\n  c = "d"\n}\n'.repeat(20_000)}`);
  expect([attributes.size, blocks.length]).toEqual([1, 20_000]);
});
