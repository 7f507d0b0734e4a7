import { expect, test } from 'bun:test';
import { Habits } from './habits.ts';

const endpoint = (base: string, mirror = false) => ({ base, domain: 'r:1', mirror, insecure: true });
const [mirror, tls, plain] = [endpoint('http://m', true), endpoint('https://r:1'), endpoint('http://r:1')];

test('what answered by plain HTTP is asked so first, after its mirrors, until it fails or speaks TLS', () => {
  const habits = new Habits();
  expect(habits.order([mirror, tls, plain])).toEqual([mirror, tls, plain]);
  habits.note(plain);
  expect(habits.order([mirror, tls, plain])).toEqual([mirror, plain, tls]);
  expect(habits.order([tls])).toEqual([tls]);
  habits.note(mirror);
  expect(habits.forget(plain)).toBe(true);
  expect(habits.forget(plain)).toBe(false);
  expect(habits.order([tls, plain])).toEqual([tls, plain]);
  habits.note(plain);
  habits.note(tls);
  expect(habits.order([tls, plain])).toEqual([tls, plain]);
});
