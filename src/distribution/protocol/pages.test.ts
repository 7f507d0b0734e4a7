// Lists of registries that mean no good.
import { expect, test } from 'bun:test';
import { sha256 } from '../../oci/digest.ts';
import type { Answer } from '../transport/transport.ts';
import { readPages } from './pages.ts';
import { fetchReferrers } from './referrers.ts';
import type { RegistryClient } from './registry-client.ts';

const enough = 20_000;

/** A registry whose pages say of themselves what `page` makes of their number; it gives up after `enough` of them. */
function pages(page: (number: number) => { body: string; link: string }) {
  let asked = 0;
  const call = async ({ path }: { path: string | URL }): Promise<Answer> => {
    const { body, link } = page(asked++);
    const headers = asked < enough ? { link } : {};
    const answer = { status: 200, headers, url: new URL(path, 'http://r'), buffer: async () => Buffer.from(body) };
    return answer as unknown as Answer;
  };
  return { client: { call } as unknown as RegistryClient, asked: () => asked };
}

const list = { path: '/v2/a/tags/list', key: 'tags' };
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: Error) => error.message,
  );

test('a list without end is followed for a while only, whether its pages are full or empty', async () => {
  const endless = (tags: string[]) =>
    pages(number => ({ body: JSON.stringify({ tags }), link: `</v2/a/tags/list?last=${number}>; rel="next"` }));
  for (const one of [endless([]), endless(['x'])]) {
    expect(await failure(Array.fromAsync(readPages(one.client, list, undefined)))).toBe(
      "tags: the registry's list does not end",
    );
    expect(one.asked()).toBeLessThan(enough);
  }
  const large = endless(Array.from({ length: 100_000 }, () => 'x'.repeat(128)));
  expect(await failure(Array.fromAsync(readPages(large.client, list, undefined)))).toMatch('does not end');
  expect(large.asked()).toBeLessThan(20);
});

test('a list that leads back to where it was has no end, either', async () => {
  const circle = pages(number => ({ body: '{"tags":["x"]}', link: `</v2/a/tags/list?n=${number % 3}>; rel="next"` }));
  expect(await failure(Array.fromAsync(readPages(circle.client, list, undefined)))).toMatch('does not end');
  expect(circle.asked()).toBeLessThan(10);
});

test('neither are referrers listed for ever', async () => {
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [],
  });
  const endless = pages(number => ({ body: index, link: `<?last=${number}>; rel="next"` }));
  expect(await failure(fetchReferrers(endless.client, '/v2/a', sha256('x'), {}))).toBe(
    "referrers: the registry's list does not end",
  );
});
