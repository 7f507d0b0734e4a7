// How transfers are told to clients, and what clients tell.
import { expect, test } from 'bun:test';
import { Distribution } from '../../../distribution/index.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { progressLine } from './progress-line.ts';
import { decodeRegistryAuth } from './registry-auth.ts';
import { searchImages } from './search.ts';

test('lines of progress carry the bar old clients print', () => {
  expect(progressLine({ kind: 'line', status: 'Pulling from x', id: '1' })).toEqual({
    status: 'Pulling from x',
    id: '1',
  });
  expect(progressLine({ kind: 'progress', id: 'a', status: 'Waiting' })).toEqual({
    ...{ status: 'Waiting', progressDetail: {}, id: 'a' },
  });
  const bar = (current: number, total: number) =>
    progressLine({ kind: 'progress', id: 'a', status: 'Downloading', current, total }).progress;
  expect(bar(65_536, 5_301_563)).toBe('[>                                                  ]  65.54kB/5.302MB');
  expect(bar(9_764_281, 35_610_789)).toBe('[=============>                                     ]  9.764MB/35.61MB');
  expect(bar(5, 5)).toBe(`[${'='.repeat(50)}>]       5B/5B`);
  expect(bar(6, 5)).toBe(`[${'='.repeat(50)}>]       6B`);
  expect(bar(6, 0)).toBe('      6B');
});

test('X-Registry-Auth: a user, a token, or nobody', () => {
  const header = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  expect(decodeRegistryAuth(header({ username: 'u', password: 'p', serveraddress: 'x' }))).toEqual({
    username: 'u',
    password: 'p',
  });
  expect(decodeRegistryAuth(header({ auth: btoa('u:p:q') }))).toEqual({ username: 'u', password: 'p:q' });
  expect(decodeRegistryAuth(header({ username: 'u', identitytoken: 't' }))).toEqual({
    username: 'u',
    identityToken: 't',
  });
  expect(decodeRegistryAuth(header({ registrytoken: 'r' }))).toEqual({ registryToken: 'r' });
  for (const nobody of [header({}), header(null), header(7), 'garbage', '', undefined]) {
    expect(decodeRegistryAuth(nobody)).toBeUndefined();
  }
});

test('a search with a limit or a filter that cannot be is refused in Docker’s words', async () => {
  const registries = new Distribution({}, { logger: silentLogger });
  const call = { auth: undefined, signal: new AbortController().signal };
  const search = (o: { limit?: number; filters?: Record<string, string[]>; term?: string }) =>
    searchImages({ registries }, { term: 'x', limit: undefined, filters: undefined, ...o }, call);
  const refused: [Parameters<typeof search>[0], string][] = [
    [{ limit: 101 }, 'limit 101 is outside the range of [1, 100]'],
    [{ limit: -1 }, 'limit -1 is outside the range of [1, 100]'],
    [{ filters: { foo: ['1'] } }, "invalid filter 'foo'"],
    [{ filters: { stars: ['a'] } }, `invalid filter 'stars=a': strconv.Atoi: parsing "a": invalid syntax`],
    [{ filters: { 'is-official': ['a'] } }, "invalid filter 'is-official=[a]'"],
    [{ term: 'https://h/x' }, 'invalid repository name: repository name (https://h/x) should not have a scheme'],
  ];
  for (const [request, why] of refused) await expect(search(request)).rejects.toThrow(why);
});
