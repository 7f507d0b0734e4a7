// Small parts of the protocol.
import { expect, test } from 'bun:test';
import { RegistryError } from '../registry-error.ts';
import { backOff } from './back-off.ts';
import { nextPage } from './link-header.ts';

test('the wait doubles up to a limit; what the registry asks for counts, unless it is too long', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 20].map(attempt => backOff(attempt, undefined) as number);
  for (const [at, base] of [250, 500, 1000, 2000, 4000, 8000, 8000, 8000].entries()) {
    expect(waits[at]).toBeWithin(base, base * 1.25 + 1);
  }
  expect(backOff(1, '7')).toBe(7000);
  expect(backOff(1, 'Thu, 01 Jan 1970 00:00:10 GMT', 4000)).toBe(6000);
  expect(backOff(1, 'Thu, 01 Jan 1970 00:00:10 GMT', 40_000)).toBe(0);
  expect(backOff(1, '31')).toBeUndefined();
  expect(backOff(1, 'soon')).toBeWithin(250, 313);
});

test('of a refusal for several reasons the first can be told alone', () => {
  const problems = [
    { code: 'DENIED', message: 'no' },
    { code: 'UNAUTHORIZED', message: 'who' },
  ];
  const { first } = new RegistryError({ status: 401, problems }, 'errors:\ndenied: no\nunauthorized: who\n');
  expect(first.message).toBe('denied: no');
  expect(first).toMatchObject({ status: 401, kind: 'forbidden', problems: problems.slice(0, 1) });
  expect(first.first).toBe(first);
});

test('the next page is on the same host, and another one', () => {
  const page = new URL('https://r/v2/_catalog?n=2');
  expect(nextPage('</v2/_catalog?last=b&n=2>; rel="next"', page)?.href).toBe('https://r/v2/_catalog?last=b&n=2');
  expect(nextPage('<?last=b>; rel=next', page)?.href).toBe('https://r/v2/_catalog?last=b');
  expect(nextPage('<https://evil/v2/>; rel="next"', page)).toBeUndefined();
  expect(nextPage('</v2/_catalog?n=2>; rel="next"', page)).toBeUndefined();
  expect(nextPage('</x>; rel="prev"', page)).toBeUndefined();
  expect(nextPage(undefined, page)).toBeUndefined();
});
