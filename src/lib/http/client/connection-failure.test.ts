import { expect, test } from 'bun:test';
import { describeConnectionFailure, isUnreachable } from './connection-failure.ts';

const refused = (address: string) =>
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', address, port: 5000 });

test('of a host with several addresses the first is told', () => {
  const both = Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')]), { code: 'ECONNREFUSED' });
  const url = new URL('http://localhost:5000/v2/');
  expect(describeConnectionFailure(both, url)).toBe('dial tcp [::1]:5000: connect: connection refused');
  expect(describeConnectionFailure(refused('127.0.0.1'), url)).toBe(
    'dial tcp 127.0.0.1:5000: connect: connection refused',
  );
  expect(isUnreachable(both)).toBe(true);
});
