// The category Push of the distribution specification, blobs: docs/registry-conformance.md.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type Digest, sha256 } from '../../../src/oci/digest.ts';
import { digest512, InProcessRegistry } from '../../../src/registry/testing/test-registry.ts';

let registry: InProcessRegistry;
beforeAll(async () => {
  registry = await InProcessRegistry.start();
});
afterAll(() => registry[Symbol.asyncDispose]());

const name = 'push/blobs';
const uploads = `/v2/${name}/blobs/uploads/`;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
const location = (response: Response) => response.headers.get('location') ?? '';
const open = async () => location(await registry.fetch(uploads, { method: 'POST' }));
const close = (at: string, digest: Digest, body = '') =>
  registry.fetch(`${at}?digest=${digest}`, { method: 'PUT', body });
const chunk = (at: string, range: string | undefined, body: string) =>
  registry.fetch(at, { method: 'PATCH', body, headers: range === undefined ? {} : { 'Content-Range': range } });
const pulled = async (digest: Digest) => {
  const response = await registry.fetch(`/v2/${name}/blobs/${digest}`);
  return response.status === 200 ? await response.text() : response.status;
};

test('push-3: a POST opens an upload with 202 and a Location', async () => {
  const response = await registry.fetch(uploads, { method: 'POST' });
  expect(response.status).toBe(202);
  expect(location(response)).not.toBe('');
  expect((await registry.fetch(uploads.slice(0, -1), { method: 'POST' })).status).toBe(202);
});

test('push-4: the Location has a UUID of its own', async () => {
  const [one, two] = [await open(), await open()];
  expect(one).toMatch(uuid);
  expect(two).toMatch(uuid);
  expect(one).not.toBe(two);
});

test('push-5: the PUT of a whole blob is 201 with a Location that can be pulled', async () => {
  for (const digest of [sha256('whole'), digest512('whole')]) {
    const response = await close(await open(), digest, 'whole');
    expect(response.status).toBe(201);
    expect(await (await registry.fetch(location(response))).text()).toBe('whole');
  }
  // The colon of a digest may be escaped.
  const escaped = `${await open()}?digest=${encodeURIComponent(sha256('escaped'))}`;
  expect((await registry.fetch(escaped, { method: 'PUT', body: 'escaped' })).status).toBe(201);
});

test('push-6: a single POST of another length is refused', async () => {
  const response = await registry.fetch(`${uploads}?digest=${sha256('length')}`, { method: 'POST', body: 'lengt' });
  expect(response.status).toBe(400);
  expect(await pulled(sha256('length'))).toBe(404);
});

test('push-7: a single POST with another digest is refused', async () => {
  const response = await registry.fetch(`${uploads}?digest=${sha256('this')}`, { method: 'POST', body: 'that' });
  expect(response.status).toBe(400);
  expect(await InProcessRegistry.codes(response)).toEqual(['DIGEST_INVALID']);
  expect([await pulled(sha256('this')), await pulled(sha256('that'))]).toEqual([404, 404]);
});

test('push-8: a single POST is 201 with a Location', async () => {
  const response = await registry.fetch(`${uploads}?digest=${sha256('once')}`, { method: 'POST', body: 'once' });
  expect(response.status).toBe(201);
  expect(await (await registry.fetch(location(response))).text()).toBe('once');
});

test('push-33: a single POST is taken, and opens no upload that anybody would have to go on with', async () => {
  const response = await registry.fetch(`${uploads}?digest=${sha256('taken')}`, { method: 'POST', body: 'taken' });
  expect(response.status).toBe(201);
  expect(location(response)).not.toMatch(uuid);
  // Nothing but the blob comes of it, as nothing comes of one that is refused.
  expect(await pulled(sha256('taken'))).toBe('taken');
  const refused = await registry.fetch(`${uploads}?digest=${sha256('other')}`, { method: 'POST', body: 'taken' });
  expect([refused.status, refused.headers.get('location')]).toEqual([400, null]);
});

test('push-9: no chunk is too small, and none is said to be', async () => {
  const response = await registry.fetch(uploads, { method: 'POST', headers: { 'Content-Length': '0' } });
  expect(response.headers.get('oci-chunk-min-length')).toBeNull();
  const at = location(response);
  expect((await chunk(at, '0-0', 'a')).status).toBe(202);
  expect((await close(at, sha256('a'))).status).toBe(201);
});

test('push-10: the range of a chunk includes both its ends', async () => {
  const at = await open();
  expect((await chunk(at, '0-2', 'abc')).status).toBe(202);
  expect((await chunk(at, '3-4', 'abc')).status).toBe(400);
  expect((await chunk(at, '3-5', 'def')).status).toBe(202);
  expect((await close(at, sha256('abcdef'))).status).toBe(201);
});

test('push-11: the first chunk begins with 0', async () => {
  expect((await chunk(await open(), '1-3', 'abc')).status).toBe(416);
});

test('push-12: a range that is none is refused', async () => {
  const at = await open();
  for (const range of ['abc', '0', '-2', '2-0', '0-2-4', '0 - x']) {
    expect((await chunk(at, range, 'abc')).status).toBe(416);
  }
  expect((await registry.fetch(at)).headers.get('range')).toBe('0-0');
});

test('push-13: a chunk is answered with 202, Location and Range', async () => {
  const first = await chunk(await open(), '0-2', 'abc');
  expect(first.status).toBe(202);
  expect(first.headers.get('range')).toBe('0-2');
  const second = await chunk(location(first), '3-6', 'defg');
  expect([second.status, second.headers.get('range')]).toEqual([202, '0-6']);
  expect((await close(location(second), sha256('abcdefg'))).status).toBe(201);
  // A stream of unknown length has no range.
  const streamed = await chunk(await open(), undefined, 'stream');
  expect([streamed.status, streamed.headers.get('range')]).toEqual([202, '0-5']);
});

test('push-14: chunks in order make the blob', async () => {
  let at = await open();
  const parts = ['one ', 'two ', 'three'];
  let start = 0;
  for (const part of parts) {
    at = location(await chunk(at, `${start}-${start + part.length - 1}`, part));
    start += part.length;
  }
  expect((await close(at, sha256(parts.join('')))).status).toBe(201);
  expect(await pulled(sha256(parts.join('')))).toBe(parts.join(''));
});

test('push-15: a chunk out of order is 416, and the upload goes on where it was', async () => {
  const at = await open();
  await chunk(at, '0-2', 'abc');
  for (const range of ['0-2', '4-6', '2-4']) {
    const response = await chunk(at, range, 'xyz');
    expect([response.status, response.headers.get('range')]).toEqual([416, '0-2']);
    expect(location(response)).toBe(at);
  }
  const late = await registry.fetch(`${at}?digest=${sha256('abcdef')}`, {
    ...{ method: 'PUT', body: 'def', headers: { 'Content-Range': '4-6' } },
  });
  expect(late.status).toBe(416);
  await chunk(at, '3-5', 'def');
  expect((await close(at, sha256('abcdef'))).status).toBe(201);
});

test('push-16: there is no blob before the closing PUT', async () => {
  const at = await open();
  await chunk(at, '0-5', 'closed');
  expect(await pulled(sha256('closed'))).toBe(404);
  await close(at, sha256('closed'));
  expect(await pulled(sha256('closed'))).toBe('closed');
  // The session ended with it.
  expect((await registry.fetch(at)).status).toBe(404);
});

test('push-17: a closing PUT needs the digest of the whole blob', async () => {
  const at = await open();
  await chunk(at, '0-2', 'abc');
  expect((await registry.fetch(at, { method: 'PUT' })).status).toBe(400);
  expect((await registry.fetch(`${at}?digest=sha256:abc`, { method: 'PUT' })).status).toBe(400);
  const ofChunk = await close(at, sha256('def'), 'def');
  expect(ofChunk.status).toBe(400);
  expect(await InProcessRegistry.codes(ofChunk)).toEqual(['DIGEST_INVALID']);
});

test('push-18: a closing PUT is 201 with a Location, with and without a last chunk', async () => {
  const at = await open();
  await chunk(at, '0-3', 'last');
  const response = await registry.fetch(`${at}?digest=${sha256('last one')}`, {
    ...{ method: 'PUT', body: ' one', headers: { 'Content-Range': '4-7' } },
  });
  expect(response.status).toBe(201);
  expect(await (await registry.fetch(location(response))).text()).toBe('last one');
  expect((await close(await open(), sha256(''))).status).toBe(201);
});

test('push-19: the status of an upload is 204 with Location and Range', async () => {
  const at = await open();
  await chunk(at, '0-9', '0123456789');
  const response = await registry.fetch(at);
  expect(response.status).toBe(204);
  expect(response.headers.get('range')).toBe('0-9');
  expect(location(response)).toMatch(uuid);
});

test('push-20: a mount is 201 with a Location', async () => {
  const digest = await registry.pushBlob('push/source', 'mounted');
  for (const from of ['&from=push/source', '']) {
    const target = from ? 'push/target' : 'push/target-of-any';
    const response = await registry.fetch(`/v2/${target}/blobs/uploads/?mount=${digest}${from}`, { method: 'POST' });
    expect(response.status).toBe(201);
    expect(response.headers.get('docker-content-digest')).toBe(digest);
    expect(await (await registry.fetch(location(response))).text()).toBe('mounted');
  }
});

test('push-21: a mount that is not possible opens an upload', async () => {
  const digest = await registry.pushBlob('push/source', 'not there');
  const cases = [
    `mount=${sha256('none')}&from=push/source`,
    `mount=${digest}&from=push/none`,
    `mount=${digest}&from=NO`,
  ];
  for (const query of cases) {
    const response = await registry.fetch(`${uploads}?${query}`, { method: 'POST' });
    expect(response.status).toBe(202);
    expect((await close(location(response), sha256('sent'), 'sent')).status).toBe(201);
  }
});
