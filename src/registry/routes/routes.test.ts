import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chmodSync } from 'node:fs';
import { mediaTypes } from '../../oci/descriptor.ts';
import { sha256 } from '../../oci/digest.ts';
import { defaultOptions } from '../index.ts';
import { InProcessRegistry } from '../testing/test-registry.ts';

let registry: InProcessRegistry;
beforeAll(async () => {
  registry = await InProcessRegistry.start();
});
afterAll(() => registry[Symbol.asyncDispose]());
const json = async (path: string) => (await registry.fetch(path)).json();

test('search finds names, the exact one first, with what the image says of itself', async () => {
  const annotations = { 'org.opencontainers.image.description': 'serves pages' };
  await registry.pushImage('team/nginx', 'latest', ['x'], { annotations });
  await registry.pushImage('nginx', '1');
  await registry.pushImage('other', '1');
  expect(await json('/v1/search?q=nginx&n=1')).toMatchObject({
    ...{ query: 'nginx', num_results: 2, num_pages: 2, page: 1, page_size: 1 },
    results: [{ name: 'nginx', description: '', star_count: 0, is_official: false }],
  });
  expect(await json('/v1/search?q=NGINX&n=1&page=2')).toMatchObject({
    results: [{ name: 'team/nginx', description: 'serves pages' }],
  });
  expect(await json('/v1/search?q=none')).toMatchObject({ num_results: 0, results: [] });
  for (const odd of ['-1', '0', '1.5', 'x']) {
    expect(await json(`/v1/search?q=nginx&n=${odd}&page=${odd}`)).toMatchObject({
      page: 1,
      page_size: 25,
      num_pages: 1,
    });
  }
  expect((await registry.fetch('/v1/_ping')).status).toBe(200);
});

test('an index is given as what it has for linux/amd64 to clients that know no indexes', async () => {
  const image = await registry.imageManifest('multi', ['amd64']);
  await registry.putManifest('multi', sha256(image), image);
  const described = { mediaType: mediaTypes.ociManifest, digest: sha256(image), size: image.length };
  const manifests = [{ ...described, platform: { os: 'linux', architecture: 'amd64' } }];
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
  await registry.putManifest('multi', 'v', index, mediaTypes.ociIndex);
  const get = async (reference: string, Accept: string) =>
    (await registry.fetch(`/v2/multi/manifests/${reference}`, { headers: { Accept } })).headers.get(
      'docker-content-digest',
    );
  expect(await get('v', `${mediaTypes.ociIndex}, ${mediaTypes.ociManifest}`)).toBe(sha256(index));
  expect(await get('v', 'application/*')).toBe(sha256(index));
  expect(await get('v', mediaTypes.ociManifest)).toBe(sha256(image));
  expect(await get('v', `${mediaTypes.ociIndex};q=0, ${mediaTypes.ociManifest}`)).toBe(sha256(image));
  expect(await get('v', mediaTypes.dockerManifest)).toBeNull();
  // Who asks by digest gets what has it.
  expect(await get(sha256(index), mediaTypes.ociManifest)).toBe(sha256(index));
});

test('what a client has already is not sent again', async () => {
  const digest = await registry.pushImage('cached', 'v');
  const headers = { 'If-None-Match': `"${digest}"` };
  expect((await registry.fetch('/v2/cached/manifests/v', { headers })).status).toBe(304);
  const blob = await registry.fetch(`/v2/cached/blobs/${sha256('{}')}`);
  expect(blob.headers.get('cache-control')).toContain('immutable');
  const again = { 'If-None-Match': blob.headers.get('etag') ?? '' };
  expect((await registry.fetch(`/v2/cached/blobs/${sha256('{}')}`, { headers: again })).status).toBe(304);
});

test('the catalogue comes in pages', async () => {
  await using fresh = await InProcessRegistry.start();
  for (const name of ['c', 'a/b', 'a', 'b']) await fresh.pushBlob(name, 'x');
  const first = await fresh.fetch('/v2/_catalog?n=3');
  expect(await first.json()).toEqual({ repositories: ['a', 'a/b', 'b'] });
  expect(first.headers.get('link')).toBe('</v2/_catalog?n=3&last=b>; rel="next"');
  expect(await (await fresh.fetch('/v2/_catalog?n=3&last=b')).json()).toEqual({ repositories: ['c'] });
});

test('metrics count what is asked and moved', async () => {
  await registry.pushBlob('metrics', 'twelve bytes');
  await (await registry.fetch(`/v2/metrics/blobs/${sha256('twelve bytes')}`)).text();
  await registry.fetch('/v2/metrics/blobs/wrong');
  const text = await (await registry.fetch('/metrics')).text();
  expect(text).toMatch(/^berth_registry_requests_total\{route="blob",method="GET",status="400"\} 1$/m);
  expect(text).toMatch(/^berth_registry_received_bytes_total \d+$/m);
  expect(text).toMatch(/^# TYPE berth_registry_sent_bytes_total counter$/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
});

test('health says whether the folder can be written to', async () => {
  await using sick = await InProcessRegistry.start();
  expect((await sick.fetch('/healthz')).status).toBe(200);
  // Root may write anywhere, so the folder has to be gone for it.
  const { root } = sick;
  chmodSync(root, 0o500);
  if (process.getuid?.() !== 0) expect((await sick.fetch('/healthz')).status).toBe(503);
  chmodSync(root, 0o700);
});

test('a read-only registry gives and takes nothing', async () => {
  await using reading = await InProcessRegistry.start({ readOnly: true });
  const posted = await reading.fetch('/v2/a/blobs/uploads/', { method: 'POST' });
  expect([posted.status, await InProcessRegistry.codes(posted)]).toEqual([405, ['UNSUPPORTED']]);
  expect((await reading.fetch('/v2/')).status).toBe(200);
});

test('a collection can be asked for', async () => {
  const clock = { now: Date.now() };
  const collection = { ...defaultOptions.collection, interval: 0 };
  await using asked = await InProcessRegistry.start({ collection }, { now: () => clock.now });
  await asked.pushBlob('a', 'nobody names it');
  clock.now += 2 * 3_600_000;
  const response = await asked.fetch('/v1/collection', { method: 'POST' });
  expect(await response.json()).toMatchObject({ blobs: 1, bytes: 15 });
  expect((await asked.fetch('/v1/collection')).status).toBe(405);
  await using frozen = await InProcessRegistry.start({ collection, readOnly: true });
  const refusal = await frozen.fetch('/v1/collection', { method: 'POST' });
  expect(await refusal.text()).toContain('the registry is read-only');
});

test('a blob is mounted from where it was seen last when nobody says from where, however many repositories there are', async () => {
  const digest = await registry.pushBlob('seen/first', 'wandering');
  const mount = async (to: string) =>
    (await registry.fetch(`/v2/${to}/blobs/uploads/?mount=${digest}`, { method: 'POST' })).status;
  expect(await mount('seen/second')).toBe(201);
  await registry.fetch(`/v2/seen/second/blobs/${digest}`, { method: 'DELETE' });
  await registry.fetch(`/v2/seen/first/blobs/${digest}`, { method: 'DELETE' });
  expect(await mount('seen/third')).toBe(202);
});
