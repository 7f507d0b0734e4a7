// The category Content Management of the distribution specification: docs/registry-conformance.md.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { sha256 } from '../../../src/oci/digest.ts';
import { InProcessRegistry } from '../../../src/registry/testing/test-registry.ts';

let registry: InProcessRegistry;
let keeping: InProcessRegistry;
let reading: InProcessRegistry;
beforeAll(async () => {
  registry = await InProcessRegistry.start();
  keeping = await InProcessRegistry.start({ deletion: false });
  reading = await InProcessRegistry.start({ readOnly: true });
});
afterAll(() => Promise.all([registry, keeping, reading].map(one => one[Symbol.asyncDispose]())));

const name = 'managed';
const status = async (path: string, method = 'GET') => (await registry.fetch(`/v2/${name}/${path}`, { method })).status;
const expectDisabled = async (path: string) => {
  await keeping.pushImage(name, 'kept', ['kept']);
  for (const one of [keeping, reading]) {
    const response = await one.fetch(`/v2/${name}/${path}`, { method: 'DELETE' });
    expect(response.status).toBe(405);
    expect(await InProcessRegistry.codes(response)).toEqual(['UNSUPPORTED']);
  }
};

test('del-1: the deletion of a tag is 202', async () => {
  await registry.pushImage(name, 'one');
  expect(await status('manifests/one', 'DELETE')).toBe(202);
});

test('del-2: the deletion of a tag can be disabled', () => expectDisabled('manifests/kept'));

test('del-3: a deleted tag is 404, its manifest is not', async () => {
  const digest = await registry.pushImage(name, 'three', ['three']);
  await registry.pushImage(name, 'three-too', ['three']);
  await status('manifests/three', 'DELETE');
  expect(await status('manifests/three')).toBe(404);
  expect(await status('manifests/three', 'DELETE')).toBe(404);
  expect(await status('manifests/three-too')).toBe(200);
  expect(await status(`manifests/${digest}`)).toBe(200);
});

test('del-4: the deletion of a manifest is 202', async () => {
  expect(await status(`manifests/${await registry.pushImage(name, 'four', ['four'])}`, 'DELETE')).toBe(202);
});

test('del-5: the deletion of a manifest in a repository that does not exist is 404', async () => {
  const response = await registry.fetch(`/v2/no/such/manifests/${sha256('x')}`, { method: 'DELETE' });
  expect(response.status).toBe(404);
  expect(await status(`manifests/${sha256('no such manifest')}`, 'DELETE')).toBe(404);
});

test('del-6: the deletion of a manifest can be disabled', () => expectDisabled(`manifests/${sha256('x')}`));

test('del-7: a deleted manifest is 404, and so are its tags', async () => {
  const digest = await registry.pushImage(name, 'seven', ['seven']);
  await registry.pushImage(name, 'seven-too', ['seven']);
  await registry.pushImage(name, 'other', ['other']);
  await status(`manifests/${digest}`, 'DELETE');
  for (const reference of [digest, 'seven', 'seven-too']) expect(await status(`manifests/${reference}`)).toBe(404);
  expect(await status('manifests/other')).toBe(200);
});

test('del-8: the deletion of a blob is 202', async () => {
  const digest = await registry.pushBlob(name, 'eight');
  await registry.pushBlob('managed/too', 'eight');
  expect(await status(`blobs/${digest}`, 'DELETE')).toBe(202);
  expect(await status(`blobs/${digest}`)).toBe(404);
  // What another repository has stays there.
  expect((await registry.fetch(`/v2/managed/too/blobs/${digest}`)).status).toBe(200);
});

test('del-9: the deletion of a blob that does not exist is 404', async () => {
  expect(await status(`blobs/${sha256('nine')}`, 'DELETE')).toBe(404);
});

test('del-10: the deletion of a blob can be disabled', () => expectDisabled(`blobs/${sha256('kept')}`));
