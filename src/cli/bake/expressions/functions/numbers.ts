// Functions on numbers, and on what is true or false.
import { areEqual, remainder, rounded, type Value } from '../value.ts';
import { define } from './signature.ts';

const two = (compute: (a: number, b: number) => Value) => define('a: number, b: number', compute);
const one = (compute: (num: number) => number) => define('num: number', compute);

export const numbers = {
  add: two((a, b) => rounded(a + b)),
  subtract: two((a, b) => rounded(a - b)),
  multiply: two((a, b) => rounded(a * b)),
  divide: two((a, b) => rounded(a / notZero(b))),
  modulo: two(remainder),
  negate: one(num => -num),
  absolute: one(Math.abs),
  ceil: one(Math.ceil),
  floor: one(Math.floor),
  int: one(Math.trunc),
  signum: define('num: whole', Math.sign),
  pow: define('num: number, power: number', (num, power) => rounded(num ** power)),
  log: define('num: number, base: number', (num, base) => rounded(Math.log(num) / Math.log(base))),
  parseint: define('number: text, base: whole', parseInteger),
  min: define('...numbers: number', (...all) => Math.min(...atLeastOne(all))),
  max: define('...numbers: number', (...all) => Math.max(...atLeastOne(all))),
  greaterthan: two((a, b) => a > b),
  greaterthanorequalto: two((a, b) => a >= b),
  lessthan: two((a, b) => a < b),
  lessthanorequalto: two((a, b) => a <= b),
  and: define('a: truth, b: truth', (a, b) => a && b),
  or: define('a: truth, b: truth', (a, b) => a || b),
  not: define('val: truth', val => !val),
  equal: define('a: anything, b: anything', (a, b) => areEqual(a, b)),
  notequal: define('a: anything, b: anything', (a, b) => !areEqual(a, b)),
};

function notZero(number: number): number {
  if (number === 0) throw new Error('divide by zero');
  return number;
}

function atLeastOne(all: readonly number[]): readonly number[] {
  if (all.length === 0) throw new Error('must pass at least one number');
  return all;
}

function parseInteger(text: string, base: number): number {
  if (!Number.isInteger(base) || base < 2 || base > 62) {
    throw new Error('base must be a whole number between 2 and 62 inclusive');
  }
  const digits = text.replace(/^[+-]/, '').toLowerCase();
  const known = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base);
  if (digits === '' || ![...digits].every(digit => known.includes(digit))) {
    throw new Error(`cannot parse ${JSON.stringify(text)} as a base ${base} integer`);
  }
  return Number.parseInt(text, base);
}
