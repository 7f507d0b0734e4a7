import { expect, spyOn, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mediaTypes } from '../../oci/descriptor.ts';
import { sha256 } from '../../oci/digest.ts';
import { defaultOptions } from '../index.ts';
import { Repository } from '../storage/repository.ts';
import { InProcessRegistry } from '../testing/test-registry.ts';

const hour = 3_600_000;

async function startWith(collection: Partial<typeof defaultOptions.collection> = {}) {
  const clock = { now: Date.now() };
  const options = { collection: { ...defaultOptions.collection, interval: 0, ...collection } };
  const registry = await InProcessRegistry.start(options, { now: () => clock.now });
  const status = async (path: string) => (await registry.fetch(path, { method: 'HEAD' })).status;
  return { registry, clock, status };
}
const blobs = (registry: InProcessRegistry) => readdirSync(join(registry.root, 'content', 'blobs', 'sha256')).sort();

test('nothing that a tag leads to goes, everything else does once it is old', async () => {
  const { registry, clock, status } = await startWith({ untagged: 0 });
  await using _disposed = registry;
  const kept = await registry.pushImage('a', 'v1', ['kept']);
  const replaced = await registry.pushImage('a', 'v2', ['replaced', 'kept']);
  const orphan = await registry.pushBlob('a', 'orphan');
  await registry.pushImage('a', 'v2', ['new']);
  expect(await registry.registry.collect()).toEqual({ tags: 0, manifests: 0, blobs: 0, bytes: 0 });
  clock.now += 2 * hour;
  const report = await registry.registry.collect();
  expect(report).toMatchObject({ manifests: 1, blobs: 3 });
  expect(await status(`/v2/a/manifests/${kept}`)).toBe(200);
  expect(await status(`/v2/a/manifests/${replaced}`)).toBe(404);
  expect(await status(`/v2/a/blobs/${orphan}`)).toBe(404);
  expect(await status(`/v2/a/blobs/${sha256('kept')}`)).toBe(200);
  expect(await status(`/v2/a/blobs/${sha256('new')}`)).toBe(200);
  expect(blobs(registry)).not.toContain(sha256('replaced').slice(7));
});

test('the layers that an index of a build cache lists must be here, and stay with it', async () => {
  const { registry, clock, status } = await startWith();
  await using _disposed = registry;
  const described = (mediaType: string, text: string) => ({ mediaType, digest: sha256(text), size: text.length });
  const manifests = [described(mediaTypes.ociLayerGzip, 'layer'), described(mediaTypes.buildkitCache, '{}')];
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
  await registry.pushBlob('cache', '{}');
  expect((await registry.putManifest('cache', 'v', index, mediaTypes.ociIndex)).status).toBe(404);
  await registry.pushBlob('cache', 'layer');
  expect((await registry.putManifest('cache', 'v', index, mediaTypes.ociIndex)).status).toBe(201);
  clock.now += 2 * hour;
  await registry.registry.collect();
  expect(await status(`/v2/cache/blobs/${sha256('layer')}`)).toBe(200);
});

test('manifests without a tag stay unless asked otherwise; an index keeps its members, an image what refers to it', async () => {
  const untagged = await startWith();
  await using one = untagged.registry;
  const replaced = await one.pushImage('a', 'v', ['x']);
  await one.pushImage('a', 'v', ['y']);
  untagged.clock.now += 2 * hour;
  await one.registry.collect();
  expect(await untagged.status(`/v2/a/manifests/${replaced}`)).toBe(200);

  const { registry, clock, status } = await startWith({ untagged: hour });
  await using _two = registry;
  const member = await registry.imageManifest('b', ['member']);
  await registry.putManifest('b', sha256(member), member);
  const manifests = [{ mediaType: mediaTypes.ociManifest, digest: sha256(member), size: member.length }];
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
  expect((await registry.putManifest('b', 'v', index, mediaTypes.ociIndex)).status).toBe(201);
  const subject = { mediaType: mediaTypes.ociManifest, digest: sha256(member), size: member.length };
  const signature = await registry.imageManifest('b', ['signature'], { subject });
  await registry.putManifest('b', sha256(signature), signature);
  const stray = await registry.imageManifest('b', ['stray'], { subject: { ...subject, digest: sha256('gone') } });
  await registry.putManifest('b', sha256(stray), stray);
  clock.now += 2 * hour;
  expect(await registry.registry.collect()).toMatchObject({ manifests: 1 });
  expect(await status(`/v2/b/manifests/${sha256(member)}`)).toBe(200);
  expect(await status(`/v2/b/manifests/${sha256(signature)}`)).toBe(200);
  expect(await status(`/v2/b/manifests/${sha256(stray)}`)).toBe(404);
  expect(await (await registry.fetch(`/v2/b/referrers/${sha256('gone')}`)).json()).toMatchObject({ manifests: [] });
});

test('a blob that a push relies on stays, however old it is', async () => {
  const { registry, clock } = await startWith({ untagged: 0 });
  await using _disposed = registry;
  const manifest = await registry.imageManifest('a', ['layer']);
  clock.now += 2 * hour;
  // The client looks what it need not send; the collection comes before its manifest.
  for (const content of ['layer', '{}']) await registry.fetch(`/v2/a/blobs/${sha256(content)}`, { method: 'HEAD' });
  await registry.registry.collect();
  expect((await registry.putManifest('a', 'v', manifest)).status).toBe(201);
});

test('pushes and collections at once: what was answered 201 can be pulled', async () => {
  const { registry, clock, status } = await startWith({ untagged: 0 });
  await using _disposed = registry;
  let pushing = true;
  const collecting = (async () => {
    for (; pushing; await Bun.sleep(1)) await registry.registry.collect({ grace: 60_000 });
  })();
  try {
    for (let turn = 0; turn < 15; turn++) {
      // All that came before is old now, and is collected while this push finds that it need not send it.
      clock.now += hour;
      await registry.pushImage('a', 'v', [`layer ${turn % 3}`, `${turn}`]);
      for (const content of [`layer ${turn % 3}`, `${turn}`, '{}']) {
        expect(await status(`/v2/a/blobs/${sha256(content)}`)).toBe(200);
      }
    }
  } finally {
    pushing = false;
    await collecting;
  }
});

test('an empty repository leaves the catalogue and the disk', async () => {
  const { registry, clock } = await startWith();
  await using _disposed = registry;
  await registry.pushBlob('deep/er/one', 'x');
  await registry.pushImage('deep', 'v');
  clock.now += 2 * hour;
  await registry.registry.collect();
  expect(await (await registry.fetch('/v2/_catalog')).json()).toEqual({ repositories: ['deep'] });
  expect(existsSync(join(registry.root, 'repositories', 'deep', 'er'))).toBe(false);
});

test('retention keeps the last tags, spares the young, and touches only what matches', async () => {
  const { registry, clock } = await startWith({
    retention: [
      { repositories: ['ci/**'], tags: ['dev-*'], keepLast: 2 },
      { repositories: ['ci/**'], tags: ['pr-*'], maxAge: 24 * hour },
    ],
  });
  await using _disposed = registry;
  for (const tag of ['dev-1', 'dev-2', 'dev-3', 'pr-1', 'v1']) {
    await registry.pushImage('ci/app', tag, [tag]);
    await registry.pushImage('other', tag, [tag]);
    clock.now += hour;
  }
  expect(await registry.registry.collect()).toMatchObject({ tags: 1 });
  clock.now += 25 * hour;
  expect(await registry.registry.collect()).toMatchObject({ tags: 1 });
  const tags = async (name: string) =>
    ((await (await registry.fetch(`/v2/${name}/tags/list`)).json()) as { tags: string[] }).tags;
  expect(await tags('ci/app')).toEqual(['dev-2', 'dev-3', 'v1']);
  expect(await tags('other')).toHaveLength(5);
});

test('a dry run tells what would go, and nothing goes', async () => {
  const { registry, clock } = await startWith({
    untagged: 0,
    retention: [{ repositories: ['**'], tags: ['dev-*'], keepLast: 1 }],
  });
  await using _disposed = registry;
  const digests = new Map<string, string>();
  for (const tag of ['dev-1', 'dev-2', 'v1']) {
    digests.set(tag, await registry.pushImage('app', tag, [tag, 'shared']));
    clock.now += hour;
  }
  await registry.pushBlob('app', 'orphan');
  clock.now += 2 * hour;
  const before = blobs(registry);
  const response = await registry.fetch('/v1/collection?dry-run=1', { method: 'POST' });
  const { removes, ...report } = (await response.json()) as { removes: string[] };
  expect(removes).toEqual(['app:dev-1', `app@${digests.get('dev-1')}`]);
  expect(blobs(registry)).toEqual(before);
  const { tags } = (await (await registry.fetch('/v2/app/tags/list')).json()) as { tags: string[] };
  expect(tags).toEqual(['dev-1', 'dev-2', 'v1']);
  const gone: string[] = [];
  expect<unknown>(await registry.registry.collect({ onGone: what => gone.push(what) })).toEqual(report);
  expect(gone).toEqual(removes);
});

test('uploads that nobody goes on with are removed', async () => {
  const { registry, clock } = await startWith();
  await using _disposed = registry;
  const started = await registry.fetch('/v2/a/blobs/uploads/', { method: 'POST' });
  expect(await registry.registry.expireUploads()).toBe(0);
  clock.now += 25 * hour;
  expect(await registry.registry.expireUploads()).toBe(1);
  expect((await registry.fetch(started.headers.get('location') ?? '')).status).toBe(404);
});

test('who asks for a blob in vain, or names one that is not theirs, keeps it from nothing', async () => {
  const { registry, clock } = await startWith();
  await using _disposed = registry;
  const digest = await registry.pushBlob('a', 'secret');
  const config = await registry.pushBlob('b', '{}');
  await registry.fetch(`/v2/a/blobs/${digest}`, { method: 'DELETE' });
  clock.now += 2 * hour;
  const mount = await registry.fetch(`/v2/b/blobs/uploads/?mount=${digest}&from=a`, { method: 'POST' });
  expect(mount.status).toBe(202);
  const manifest = JSON.stringify({
    ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest },
    config: { mediaType: mediaTypes.ociConfig, digest: config, size: 2 },
    layers: [{ mediaType: mediaTypes.ociLayer, digest, size: 6 }],
  });
  expect((await registry.putManifest('b', 'v', manifest)).status).toBe(404);
  await registry.registry.collect();
  expect(blobs(registry)).not.toContain(digest.slice(7));
});

test('the tags of a repository are read once, however many manifests go', async () => {
  const { registry, clock, status } = await startWith({ untagged: 0 });
  await using _disposed = registry;
  for (let turn = 0; turn < 5; turn++) await registry.pushImage('a', 'v', [`layer ${turn}`]);
  const kept = await registry.pushImage('a', 'v', ['kept']);
  clock.now += 2 * hour;
  const reading = spyOn(Repository.prototype, 'tags');
  try {
    expect(await registry.registry.collect()).toMatchObject({ manifests: 5 });
    expect(reading).toHaveBeenCalledTimes(1);
  } finally {
    reading.mockRestore();
  }
  expect(await status(`/v2/a/manifests/${kept}`)).toBe(200);
});
