// Which stages an argument of a Dockerfile means.
import { expect, test } from 'bun:test';
import { meansStage } from './scan-targets.ts';

test('an argument means all stages, none, or those it names', () => {
  expect(['true', '1', 'build', 'base,build'].map(value => meansStage(value, 'build'))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([undefined, '', 'false', 'base', 'buil'].map(value => meansStage(value, 'build'))).not.toContain(true);
});
