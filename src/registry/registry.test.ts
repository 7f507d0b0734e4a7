import { afterAll, beforeAll, expect, test } from 'bun:test';
import { sha256 } from '../oci/digest.ts';
import { InProcessRegistry } from './testing/test-registry.ts';

let registry: InProcessRegistry;
beforeAll(async () => {
  registry = await InProcessRegistry.start();
});
afterAll(() => registry[Symbol.asyncDispose]());

test('an image that is pushed can be pulled', async () => {
  const digest = await registry.pushImage('a/b', 'v1', ['one', 'two']);
  const manifest = await registry.fetch('/v2/a/b/manifests/v1');
  expect(manifest.headers.get('docker-content-digest')).toBe(digest);
  const { layers } = (await manifest.json()) as { layers: { digest: string }[] };
  const bodies = await Promise.all(
    layers.map(async one => (await registry.fetch(`/v2/a/b/blobs/${one.digest}`)).text()),
  );
  expect(bodies).toEqual(['one', 'two']);
});

test('repositories may be called like parts of paths', async () => {
  for (const name of ['blobs/uploads', 'a/manifests', 'tags/list', 'manifests/blobs/tags']) {
    const digest = await registry.pushImage(name, 'x');
    expect((await registry.fetch(`/v2/${name}/manifests/${digest}`)).status).toBe(200);
    expect(await (await registry.fetch(`/v2/${name}/tags/list`)).json()).toEqual({ name, tags: ['x'] });
  }
});

test('many pushes of one blob at once are one blob', async () => {
  const content = 'x'.repeat(100_000);
  await Promise.all(Array.from({ length: 12 }, (_, index) => registry.pushBlob(`same/r${index % 3}`, content)));
  const answer = await registry.fetch(`/v2/same/r0/blobs/${sha256(content)}`);
  expect(await answer.text()).toBe(content);
});
