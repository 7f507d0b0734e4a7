// `WWW-Authenticate`.
import { expect, test } from 'bun:test';
import { parseChallenges } from './challenge.ts';

test('schemes, quoted and plain parameters, several in one header', () => {
  const header =
    'Bearer realm="https://a/t?x=1,2",service="a \\"b\\"",scope="repository:x:pull,push", Basic realm=plain';
  expect(parseChallenges(header)).toEqual([
    {
      scheme: 'bearer',
      parameters: { realm: 'https://a/t?x=1,2', service: 'a "b"', scope: 'repository:x:pull,push' },
    },
    { scheme: 'basic', parameters: { realm: 'plain' } },
  ]);
  expect(parseChallenges('Negotiate')).toEqual([{ scheme: 'negotiate', parameters: {} }]);
  expect(parseChallenges(undefined)).toEqual([]);
  expect(parseChallenges('=,="')).toEqual([]);
});
