// The category Push of the distribution specification, manifests: docs/registry-conformance.md.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mediaTypes } from '../../../src/oci/descriptor.ts';
import { sha256 } from '../../../src/oci/digest.ts';
import { digest512, InProcessRegistry } from '../../../src/registry/testing/test-registry.ts';

let registry: InProcessRegistry;
beforeAll(async () => {
  registry = await InProcessRegistry.start();
});
afterAll(() => registry[Symbol.asyncDispose]());

const name = 'push/manifests';
const subject = { mediaType: mediaTypes.ociManifest, digest: sha256('nobody has it'), size: 13 };
const megabyte = 1024 * 1024;
const pull = (reference: string) => registry.fetch(`/v2/${name}/manifests/${reference}`);
/** A manifest that is exactly so long. */
const sized = async (size: number) => {
  const empty = await registry.imageManifest(name, [], { annotations: { a: '' } });
  return empty.replace('"a":""', `"a":"${'x'.repeat(size - empty.length)}"`);
};

test('push-1: a manifest whose subject does not exist is accepted', async () => {
  const manifest = await registry.imageManifest(name, [], { subject });
  expect((await registry.putManifest(name, 'subject', manifest)).status).toBe(201);
});

test('push-2: a manifest that refers to what does not exist is MANIFEST_BLOB_UNKNOWN', async () => {
  const absent = { mediaType: mediaTypes.ociLayer, digest: sha256('absent'), size: 6 };
  const layers = await registry.imageManifest(name, [], { layers: [absent, { ...absent, digest: sha256('too') }] });
  const response = await registry.putManifest(name, 'absent', layers);
  expect(response.status).toBe(404);
  expect(await InProcessRegistry.codes(response)).toEqual(['MANIFEST_BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN']);
  const manifests = [{ ...absent, mediaType: mediaTypes.ociManifest }];
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
  const ofIndex = await registry.putManifest(name, 'absent', index, mediaTypes.ociIndex);
  expect(await InProcessRegistry.codes(ofIndex)).toEqual(['MANIFEST_BLOB_UNKNOWN']);
  expect((await pull('absent')).status).toBe(404);
  // A layer that says where else it is need not be here.
  const foreign = await registry.imageManifest(name, [], { layers: [{ ...absent, urls: ['https://example.com/x'] }] });
  expect((await registry.putManifest(name, 'foreign', foreign)).status).toBe(201);
});

test('push-22: parameters on the Content-Type are ignored', async () => {
  const manifest = await registry.imageManifest(name);
  const type = `${mediaTypes.ociManifest}; charset="utf-8"; x=y`;
  expect((await registry.putManifest(name, 'parameters', manifest, type)).status).toBe(201);
});

test('push-23: a manifest is pushed under a tag or its digest', async () => {
  const manifest = await registry.imageManifest(name, ['by digest']);
  expect((await registry.putManifest(name, 'tag', manifest)).status).toBe(201);
  expect((await registry.putManifest(name, sha256(manifest), manifest)).status).toBe(201);
  expect((await registry.putManifest(name, digest512(manifest), manifest)).status).toBe(201);
  expect(await (await pull(digest512(manifest))).text()).toBe(manifest);
  const wrong = await registry.putManifest(name, sha256('something else'), manifest);
  expect(await InProcessRegistry.codes(wrong)).toEqual(['DIGEST_INVALID']);
  expect((await registry.putManifest(name, '-x', manifest)).status).toBe(400);
});

test('push-24: a list of blobs may be empty, and is held to what it says', async () => {
  expect((await registry.putManifest(name, 'empty', await registry.imageManifest(name, []))).status).toBe(201);
  const lying = (await registry.imageManifest(name, ['lying'])).replace('"size":5', '"size":6');
  const response = await registry.putManifest(name, 'lying', lying);
  expect(response.status).toBe(400);
  expect(await InProcessRegistry.codes(response)).toEqual(['SIZE_INVALID']);
  const bad = ['', '{}', '[]', 'null', '{"schemaVersion":1}', '{"schemaVersion":2,"config":{}}', '{"schemaVersion":2,'];
  for (const body of bad) {
    const refused = await registry.putManifest(name, 'bad', body);
    expect(refused.status).toBe(400);
    expect(await InProcessRegistry.codes(refused)).toEqual(['MANIFEST_INVALID']);
  }
  const otherType = await registry.putManifest(name, 'bad', await registry.imageManifest(name), mediaTypes.ociIndex);
  expect(await InProcessRegistry.codes(otherType)).toEqual(['MANIFEST_INVALID']);
});

test('push-25: a manifest keeps its bytes', async () => {
  const manifest = `\n ${(await registry.imageManifest(name)).replaceAll(',', ' ,\t')}\r\n`;
  await registry.putManifest(name, 'bytes', manifest);
  expect(await (await pull('bytes')).text()).toBe(manifest);
  expect(await (await pull(sha256(manifest))).text()).toBe(manifest);
});

test('push-26: a push is 201 with a Location that can be pulled', async () => {
  const manifest = await registry.imageManifest(name, ['location']);
  const response = await registry.putManifest(name, 'location', manifest);
  expect(response.status).toBe(201);
  expect(await (await registry.fetch(response.headers.get('location') ?? '')).text()).toBe(manifest);
});

test('push-27: the digest that is sent is the one the client gave', async () => {
  const manifest = await registry.imageManifest(name, ['digest']);
  for (const digest of [sha256(manifest), digest512(manifest)]) {
    expect((await registry.putManifest(name, digest, manifest)).headers.get('docker-content-digest')).toBe(digest);
  }
});

test('push-28: a repository that does not exist is 404', async () => {
  for (const path of ['manifests/latest', `manifests/${sha256('x')}`, `blobs/${sha256('x')}`, 'tags/list']) {
    const response = await registry.fetch(`/v2/no/such/repository/${path}`);
    expect(response.status).toBe(404);
    expect(await InProcessRegistry.codes(response)).toEqual(['NAME_UNKNOWN']);
  }
});

test('push-29: manifests have a limit', async () => {
  const manifest = await sized(4 * megabyte + 1);
  expect((await registry.putManifest(name, 'large', manifest)).ok).toBe(false);
  expect((await pull('large')).status).toBe(404);
});

test('push-30: a manifest over the limit is 413, said beforehand or not', async () => {
  const manifest = await sized(4 * megabyte + 1);
  expect((await registry.putManifest(name, 'large', manifest)).status).toBe(413);
  const stream = new ReadableStream({
    start(controller) {
      for (let at = 0; at < manifest.length; at += megabyte)
        controller.enqueue(Buffer.from(manifest.slice(at, at + megabyte)));
      controller.close();
    },
  });
  const headers = { 'Content-Type': mediaTypes.ociManifest };
  const streamed = await registry.fetch(`/v2/${name}/manifests/large`, { method: 'PUT', body: stream, headers });
  expect(streamed.status).toBe(413);
});

test('push-31: a manifest of 4 megabytes is taken', async () => {
  const manifest = await sized(4 * megabyte);
  expect((await registry.putManifest(name, 'full', manifest)).status).toBe(201);
  expect((await (await pull('full')).text()).length).toBe(4 * megabyte);
});

test('push-32: OCI-Subject says that the subject was understood', async () => {
  const image = await registry.imageManifest(name, ['with subject'], { subject });
  expect((await registry.putManifest(name, 'with', image)).headers.get('oci-subject')).toBe(subject.digest);
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [], subject });
  const ofIndex = await registry.putManifest(name, 'index', index, mediaTypes.ociIndex);
  expect(ofIndex.headers.get('oci-subject')).toBe(subject.digest);
  const without = await registry.putManifest(name, 'without', await registry.imageManifest(name));
  expect(without.headers.get('oci-subject')).toBeNull();
});
