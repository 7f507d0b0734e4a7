import { expect, test } from 'bun:test';
import { logDetails } from './log-details.ts';

const of = (Config: Record<string, string>) =>
  logDetails({
    config: { Labels: { foo: 'a b', 'x.one': "it's" }, Env: ['BAZ=q=r', 'NONE', 'EMPTY='] },
    hostConfig: { LogConfig: { Type: 'json-file', Config } },
  });

test('labels and variables that the options name, sorted and escaped', () => {
  expect(of({ labels: 'foo,nope', env: 'BAZ,NONE' })).toBe('BAZ=q%3Dr,foo=a+b');
  expect(of({ 'labels-regex': '^x\\.', 'env-regex': '^E' })).toBe('EMPTY=,x.one=it%27s');
});

test('nothing without options, or by an expression that is none', () => {
  expect(of({})).toBe('');
  expect(of({ 'env-regex': '(' })).toBe('');
});
