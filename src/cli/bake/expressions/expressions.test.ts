// What expressions of bake files are: expectations were taken from buildx 0.29.
import { expect, test } from 'bun:test';
import { evaluateTemplate } from './evaluate.ts';
import { callFunction } from './functions.ts';
import type { Scope, Value } from './value.ts';

const variables: Readonly<Record<string, Value>> = {
  TAG: 'v1',
  N: 3,
  B: true,
  L: ['a', 'b'],
  O: { x: '1', y: '2' },
};
const scope: Scope = { variable: name => variables[name], call: callFunction };
const evaluate = (text: string) => evaluateTemplate(text, scope);

test('a text is filled in, and one expression alone is its value', () => {
  expect(evaluate(`a-\${TAG}-\${N}-\${B}`)).toBe('a-v1-3-true');
  expect(evaluate(`\${L}`)).toEqual(['a', 'b']);
  expect(evaluate(`\${N}`)).toBe(3);
  expect(evaluate(`$\${TAG} $x 100%`)).toBe(`\${TAG} $x 100%`);
  expect(evaluate(`\${"in \${upper("\${TAG}}")} \\"q\\"\\n"}`)).toBe('in V1} "q"\n');
});

test('operators bind as they do elsewhere', () => {
  expect(evaluate(`\${1 + 2 * 3 - 4 / 2}`)).toBe(5);
  expect(evaluate(`\${(1 + 2) * -3 % 5}`)).toBe(-4);
  expect(evaluate(`\${!B || N >= 3 && TAG == "v1"}`)).toBe(true);
  expect(evaluate(`\${N != 3 ? nothing : TAG == "v1" ? "yes" : "no"}`)).toBe('yes');
  expect(evaluate(`\${B || nothing}`)).toBe(true);
});

test('parts, lists, objects and loops', () => {
  expect(evaluate(`\${L[1]}\${O.x}\${O["y"]}\${[[1], [2]][1][0]}`)).toBe('b122');
  expect(evaluate(`\${[for a in L : "x/\${a}" if a != "b"]}`)).toEqual(['x/a']);
  expect(evaluate(`\${{for k, v in O : upper(k) => v}}`)).toEqual({ X: '1', Y: '2' });
  expect(evaluate(`\${[for at, a in [] : a]}`)).toEqual([]);
  expect(evaluate(`\${{a = 1, "b": [L[0], "c",]}}`)).toEqual({ a: 1, b: ['a', 'c'] });
});

test('functions', () => {
  for (const [text, value] of [
    ['upper("a")', 'A'],
    ['replace("1.0", ".", "-")', '1-0'],
    ['regex_replace("a1b2", "[0-9]", "_")', 'a_b_'],
    ['join("-", L)', 'a-b'],
    ['join("-", concat(L, ["c"])...)', undefined],
    ['split(",", "a,b")', ['a', 'b']],
    ['format("%03d-%s %%", N, TAG)', '003-v1 %'],
    ['length(L)', 2],
    ['coalesce(null, "b")', 'b'],
    ['contains(L, "b")', true],
    ['merge(O, {z = "3"})', { x: '1', y: '2', z: '3' }],
    ['lookup(O, "q", "none")', 'none'],
    ['jsonencode(L)', '["a","b"]'],
    ['substr("hello", 1, 3)', 'ell'],
    ['trimsuffix("a.b", ".b")', 'a'],
    ['sha256("")', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['range(3)', [0, 1, 2]],
    ['max(1, N, 2)', 3],
    ['add(1, "2")', 3],
    ['keys(O)', ['x', 'y']],
    ['flatten([[1], [[2]]])', [1, 2]],
    ['distinct(["a", "a"])', ['a']],
  ] as const) {
    if (value === undefined) expect(() => evaluate(`\${${text}}`)).toThrow('a list is required');
    else expect(evaluate(`\${${text}}`)).toEqual(value as Value);
  }
});

test('what makes no sense is named', () => {
  for (const [text, message] of [
    [`\${NO}`, 'there is no variable named "NO"'],
    [`\${no()}`, 'there is no function named "no"'],
    [`\${1 +}`, 'something is missing at the end'],
    [`\${(1}`, ') is expected before ""'],
    [`\${L[5]}`, 'there is no 5 in it'],
    [`\${O.q}`, 'there is no "q" in it'],
    [`a\${L}`, 'a list cannot stand in a text'],
    [`\${1 / 0}`, 'division by zero'],
    [`\${TAG + 1}`, 'a number is required, not "v1"'],
    [`\${TAG`, `\${ has no end`],
    [`\${"a}`, 'a text has no end'],
    ['%{ if B }x%{ endif }', 'directives'],
    [`\${1 # 2}`, '"#" is not understood'],
  ] as const) {
    expect(() => evaluate(text)).toThrow(message);
  }
});
