// The category Pull of the distribution specification: docs/registry-conformance.md.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mediaTypes } from '../../../src/oci/descriptor.ts';
import { type Digest, sha256 } from '../../../src/oci/digest.ts';
import { digest512, InProcessRegistry } from '../../../src/registry/testing/test-registry.ts';

let registry: InProcessRegistry;
let image: Digest;
let manifest: string;
const name = 'pull/repo';
const layer = 'the layer of the image';
const blob = `/v2/${name}/blobs/${sha256(layer)}`;

beforeAll(async () => {
  registry = await InProcessRegistry.start();
  manifest = await registry.imageManifest(name, [layer]);
  image = sha256(manifest);
  await registry.putManifest(name, 'latest', manifest);
});
afterAll(() => registry[Symbol.asyncDispose]());

const status = async (path: string, init: RequestInit = {}) => (await registry.fetch(path, init)).status;
const manifests = (reference: string) => `/v2/${name}/manifests/${reference}`;

test('conf-1: all APIs of Pull', async () => {
  for (const method of ['GET', 'HEAD']) {
    for (const path of ['/v2/', blob, manifests('latest'), manifests(image)]) {
      expect(await status(path, { method })).toBe(200);
    }
  }
});

test('conf-2: Push, Content Discovery and Content Management are supported', async () => {
  await registry.pushImage('conf/two', 'v');
  expect(await status('/v2/conf/two/tags/list')).toBe(200);
  expect(await status(`/v2/conf/two/referrers/${image}`)).toBe(200);
  expect(await status('/v2/conf/two/manifests/v', { method: 'DELETE' })).toBe(202);
});

test('conf-3: every endpoint there is answers as the table of endpoints says', async () => {
  const POST = { method: 'POST' };
  const repo = '/v2/conf/three';
  const digest = await registry.pushBlob('conf/three', 'x');
  const started = await registry.fetch(`${repo}/blobs/uploads/`, POST);
  const location = started.headers.get('location') ?? '';
  expect(started.status).toBe(202);
  expect(await status(`${repo}/blobs/uploads/?digest=${sha256('y')}`, { ...POST, body: 'y' })).toBe(201);
  expect(await status(location, { method: 'PATCH', body: 'abc' })).toBe(202);
  expect(await status(location)).toBe(204);
  expect(await status(`${location}?digest=${sha256('abc')}`, { method: 'PUT' })).toBe(201);
  expect(await status(`${repo}/blobs/uploads/?mount=${sha256(layer)}&from=${name}`, POST)).toBe(201);
  const pushed = await registry.imageManifest('conf/three');
  expect((await registry.putManifest('conf/three', 'v', pushed)).status).toBe(201);
  expect(await status(`${repo}/tags/list?n=1&last=a`)).toBe(200);
  expect(await status(`${repo}/referrers/${digest}?artifactType=a/b`)).toBe(200);
  expect(await status(`${repo}/manifests/${sha256(pushed)}`, { method: 'DELETE' })).toBe(202);
  expect(await status(`${repo}/blobs/${digest}`, { method: 'DELETE' })).toBe(202);
  const other = (await registry.fetch(`${repo}/blobs/uploads/`, POST)).headers.get('location') ?? '';
  expect(await status(other, { method: 'DELETE' })).toBe(204);
  expect(await status(other)).toBe(404);
});

test('pull-1: a reference is a digest or a tag', async () => {
  expect(await status(manifests(image))).toBe(200);
  expect(await status(manifests('latest'))).toBe(200);
});

test('pull-2: a reference in another format is refused', async () => {
  for (const reference of ['.latest', '-x', 'a%20b', `sha256:${'a'.repeat(63)}`, `md5:${'a'.repeat(32)}`, 'la:test']) {
    expect(await status(manifests(reference))).toBe(400);
  }
});

test('pull-3: names that match the grammar, and no others', async () => {
  for (const good of ['a', 'a/b/c', 'a.b_c__d-e--f/0', 'x'.repeat(255)]) {
    expect(await status(`/v2/${good}/blobs/uploads/`, { method: 'POST' })).toBe(202);
  }
  for (const bad of [
    'A',
    'a/B',
    '-a',
    'a-',
    'a..b',
    'a___b',
    'a._b',
    'a//b',
    '_a',
    'x'.repeat(256),
    'a%2e%2e/b',
    'ä',
  ]) {
    const response = await registry.fetch(`/v2/${bad}/tags/list`);
    expect(response.status).toBe(400);
    expect(await InProcessRegistry.codes(response)).toEqual(['NAME_INVALID']);
  }
});

test('pull-4: tags that match the grammar, and no others', async () => {
  for (const good of ['x', '_x', 'X.y-z_0', '0', 'x'.repeat(128)]) {
    expect((await registry.putManifest(name, good, manifest)).status).toBe(201);
  }
  for (const bad of ['.x', '-x', 'x'.repeat(129), 'x+y', 'ü']) {
    expect((await registry.putManifest(name, encodeURIComponent(bad), manifest)).status).toBe(400);
  }
});

test('pull-5: the Content-Type of a manifest has no parameters', async () => {
  await registry.putManifest(name, 'parameters', manifest, `${mediaTypes.ociManifest}; charset=utf-8`);
  const response = await registry.fetch(manifests('parameters'));
  expect(response.headers.get('content-type')).toBe(mediaTypes.ociManifest);
});

test('pull-6: the Content-Type of a manifest is the one it was pushed with', async () => {
  const config = { mediaType: mediaTypes.dockerConfig, digest: await registry.pushBlob(name, '{}'), size: 2 };
  const docker = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.dockerManifest, config, layers: [] });
  const described = { mediaType: mediaTypes.dockerManifest, digest: sha256(docker), size: docker.length };
  const list = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.dockerList, manifests: [described] });
  const untyped = JSON.stringify({ schemaVersion: 2, config, layers: [] });
  const index = JSON.stringify({ schemaVersion: 2, manifests: [] });
  const cases = [
    [docker, mediaTypes.dockerManifest],
    [list, mediaTypes.dockerList],
    [untyped, mediaTypes.ociManifest],
    [index, mediaTypes.ociIndex],
  ] as const;
  for (const [body, type] of cases) {
    expect((await registry.putManifest(name, sha256(body), body, type)).status).toBe(201);
    expect((await registry.fetch(manifests(sha256(body)))).headers.get('content-type')).toBe(type);
  }
});

test('pull-7: an existing manifest is sent with 200', async () => {
  const response = await registry.fetch(manifests('latest'));
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(manifest);
});

test('pull-8: a manifest comes with its digest', async () => {
  expect((await registry.fetch(manifests('latest'))).headers.get('docker-content-digest')).toBe(image);
});

test('pull-9: a manifest that does not exist is 404', async () => {
  for (const reference of ['none', sha256('none')]) {
    const response = await registry.fetch(manifests(reference));
    expect(response.status).toBe(404);
    expect(await InProcessRegistry.codes(response)).toEqual(['MANIFEST_UNKNOWN']);
  }
  // A blob is no manifest, and what another repository has is not here.
  expect(await status(manifests(sha256(layer)))).toBe(404);
  await registry.pushImage('pull/other', 'v', ['other']);
  expect(await status(`/v2/pull/other/manifests/${image}`)).toBe(404);
});

test('pull-10: an existing blob is sent with 200', async () => {
  const response = await registry.fetch(blob);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(layer);
});

test('pull-11: a blob comes with its digest', async () => {
  expect((await registry.fetch(blob)).headers.get('docker-content-digest')).toBe(sha256(layer));
});

test('pull-12: the digest that is sent is the digest of the body', async () => {
  const other = await registry.pushBlob(name, 'long digest', digest512('long digest'));
  const response = await registry.fetch(`/v2/${name}/blobs/${other}`);
  expect(response.headers.get('docker-content-digest')).toBe(digest512(await response.text()));
  const first = await registry.fetch(blob);
  expect(first.headers.get('docker-content-digest')).toBe(sha256(await first.text()));
});

test('pull-13: a blob that does not exist is 404', async () => {
  const response = await registry.fetch(`/v2/${name}/blobs/${sha256('none')}`);
  expect(response.status).toBe(404);
  expect(await InProcessRegistry.codes(response)).toEqual(['BLOB_UNKNOWN']);
  await registry.pushBlob('pull/other', 'theirs');
  expect(await status(`/v2/${name}/blobs/${sha256('theirs')}`)).toBe(404);
});

test('pull-14: parts of blobs', async () => {
  const part = async (Range: string, more: Record<string, string> = {}) => {
    const response = await registry.fetch(blob, { headers: { Range, ...more } });
    return [response.status, response.headers.get('content-range'), await response.text()] as const;
  };
  const size = layer.length;
  expect((await registry.fetch(blob)).headers.get('accept-ranges')).toBe('bytes');
  expect(await part('bytes=0-2')).toEqual([206, `bytes 0-2/${size}`, layer.slice(0, 3)]);
  expect(await part('bytes=4-')).toEqual([206, `bytes 4-${size - 1}/${size}`, layer.slice(4)]);
  expect(await part('bytes=-5')).toEqual([206, `bytes ${size - 5}-${size - 1}/${size}`, layer.slice(-5)]);
  expect(await part('bytes=4-9999')).toEqual([206, `bytes 4-${size - 1}/${size}`, layer.slice(4)]);
  expect(await part('bytes=9999-')).toEqual([416, `bytes */${size}`, '']);
  // What is malformed, of another unit or of several parts is not a request for a part.
  for (const other of ['bytes=5-2', 'lines=1-2', 'bytes=a-b', 'bytes=0-1,3-4']) {
    expect(await part(other)).toEqual([200, null, layer]);
  }
  expect(await part('bytes=0-2', { 'If-Range': '"something else"' })).toEqual([200, null, layer]);
  expect((await part('bytes=0-2', { 'If-Range': `"${sha256(layer)}"` }))[0]).toBe(206);
});

test('pull-15: the HEAD of what exists is 200', async () => {
  for (const path of [blob, manifests('latest'), manifests(image)]) {
    const response = await registry.fetch(path, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  }
});

test('pull-16: the answer to a HEAD has the digest', async () => {
  const digest = async (path: string) =>
    (await registry.fetch(path, { method: 'HEAD' })).headers.get('docker-content-digest');
  expect(await digest(blob)).toBe(sha256(layer));
  expect(await digest(manifests('latest'))).toBe(image);
});

test('pull-17: the answer to a HEAD has the size', async () => {
  const size = async (path: string) => (await registry.fetch(path, { method: 'HEAD' })).headers.get('content-length');
  expect(await size(blob)).toBe(String(layer.length));
  expect(await size(manifests('latest'))).toBe(String(manifest.length));
});

test('pull-18: the HEAD of what does not exist is 404', async () => {
  const HEAD = { method: 'HEAD' };
  expect(await status(`/v2/${name}/blobs/${sha256('none')}`, HEAD)).toBe(404);
  expect(await status(manifests('none'), HEAD)).toBe(404);
  expect(await status('/v2/none/manifests/none', HEAD)).toBe(404);
});
