// What expressions of bake files are: expectations were taken from buildx 0.29.
import { expect, test } from 'bun:test';
import { evaluateTemplate } from './evaluate.ts';
import { findFunction } from './functions/functions.ts';
import type { Scope, Value } from './value.ts';

const variables: Readonly<Record<string, Value>> = {
  TAG: 'v1',
  N: 3,
  B: true,
  L: ['a', 'b'],
  O: { x: '1', y: '2' },
};
const scope: Scope = {
  variable: name => variables[name],
  callable: findFunction,
  names: () => Object.keys(variables),
};
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
    if (value === undefined) expect(() => evaluate(`\${${text}}`)).toThrow('list of string required');
    else expect(evaluate(`\${${text}}`)).toEqual(value as Value);
  }
});

test('what makes no sense is named', () => {
  for (const [text, message] of [
    [`\${NO}`, 'Unknown variable; There is no variable named "NO". Did you mean "N"?'],
    [`\${no()}`, 'Call to unknown function; There is no function named "no"'],
    [`\${1 +}`, 'Expected the start of an expression'],
    [`\${(1}`, 'Unbalanced parentheses'],
    [`\${L[5]}`, 'Invalid index'],
    [`\${O.q}`, 'does not have an attribute named "q"'],
    [`a\${L}`, 'Cannot include the given value in a string template: string required.'],
    [`\${1 / 0}`, 'division by zero'],
    [`\${TAG + 1}`, 'Unsuitable value for left operand: a number is required.'],
    [`\${TAG`, 'Expected a closing brace'],
    [`\${"a}`, 'Unterminated template string'],
    [`\${1 & 2}`, 'Bitwise operators are not supported. Did you mean boolean AND ("&&")?'],
  ] as const) {
    expect(() => evaluate(text)).toThrow(message);
  }
});

test('what is nested too deep, or comes to too much, ends in a message', () => {
  const deep = (sign: string, count: number) => `\${${sign.repeat(count)}1${sign === '(' ? ')'.repeat(count) : ''}}`;
  expect(evaluate(deep('(', 150))).toBe(1);
  expect(() => evaluate(deep('(', 100_000))).toThrow('Nesting too deep');
  expect(() => evaluate(deep('[', 100_000))).toThrow('Nesting too deep');
  expect(() => evaluate(deep('!', 100_000))).toThrow('Nesting too deep');
  expect(() => evaluate(deep('1+', 100_000))).toThrow('Nesting too deep');
  expect(() => evaluate(deep('%{if B}', 100_000))).toThrow();
  expect(() => evaluate(`%{if B}`.repeat(100_000))).toThrow('Nesting too deep');
  expect(() => evaluate(`\${range(100000)}`)).toThrow('more than 1024 values');
  const doubled: Scope = { ...scope, variable: () => 'x'.repeat(40 * 1024 * 1024) };
  expect(() => evaluateTemplate(`\${A}\${A}`, doubled)).toThrow('Text too long');
});

test('directives', () => {
  expect(evaluate('%{ if B }x%{ else }y%{ endif }')).toBe('x');
  expect(evaluate(`%{ for a in L ~} \${a} %{~ endfor }`)).toBe('ab');
});

test('what functions cannot do is theirs to tell', () => {
  for (const [call, reason] of [
    ['indent(-1, "a\\nb")', 'Call to function "indent" failed'],
    ['substr("abc", 0.5, 1)', 'value must be a whole number'],
    ['format("%.200f", 1)', 'Call to function "format" failed'],
    ['format("%d", 1.5e300 * 1e300)', 'Call to function "format" failed'],
    ['cidrsubnet("10.0.0.0/8", -1, 0)', 'Call to function "cidrsubnet" failed'],
    ['cidrhost("nonsense", 1)', 'invalid CIDR address: nonsense'],
    ['bcrypt("a", 99)', 'Call to function "bcrypt" failed'],
    ['regex("(", "a")', 'invalid regexp pattern'],
    ['parseint("12", 1)', 'base must be a whole number between 2 and 62'],
    ['jsondecode("{")', 'invalid JSON'],
    ['formatdate("Q", "2020-01-01T00:00:00Z")', 'invalid date format verb "Q"'],
    ['timeadd("2020-01-01T00:00:00Z", "1x")', 'unknown unit'],
  ] as const) {
    expect(() => evaluate(`\${${call}}`)).toThrow(reason);
    expect(evaluate(`\${can(${call})}`)).toBe(false);
  }
});
