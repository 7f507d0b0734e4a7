// What `berth build` leaves elsewhere and takes from there: caches, images in registries and in directories, attestations.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite } from '../../support/builds/build-site.ts';
import { stepsRun } from '../../support/builds/steps-run.ts';
import { TestRegistry } from '../../support/registries/registry.ts';

const site = buildSite();
let registry: TestRegistry;
beforeAll(async () => {
  registry = await TestRegistry.start();
}, 60_000);
afterAll(async () => await registry?.[Symbol.asyncDispose]());

/** Two stages and three steps, other ones for each name. */
const project = (name: string) =>
  site.context({
    Dockerfile: `FROM busybox AS made\nRUN echo ${name} > /made\nFROM busybox\nCOPY --from=made /made /made\nRUN cat /made > /again\nCMD ["cat", "/again"]\n`,
  });

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

test('a cache in a directory saves the steps of an engine that has none', async () => {
  const context = project('local');
  const place = join(site.folder, 'cache');
  await site.build(['--cache-to', `type=local,dest=${place},mode=max`, context]);
  expect(json(join(place, 'index.json')).manifests).toHaveLength(1);
  await site.empty();
  expect(stepsRun(await site.build(['--cache-from', `type=local,src=${place}`, '-t', 'cached', context]))).toEqual([]);
  expect(await site.berth(['run', '--rm', '--network', 'none', 'cached'])).toBe('local');
  await site.build(['--cache-to', `type=local,dest=${place},tag=other`, context]);
  expect(json(join(place, 'index.json')).manifests).toHaveLength(2);
  const warned = await site.build(['--cache-from', 'type=local,src=/nowhere', context]);
  expect(warned).toContain('local cache import at /nowhere not found');
});

test('so does one in a registry, beside the image and within it', async () => {
  const context = project('registry');
  const [cache, image] = [`${registry.host}/cached:cache`, `${registry.host}/cached:1`];
  await site.build(['--cache-to', `type=registry,ref=${cache},mode=max`, context]);
  await site.build(['--cache-to', 'type=inline', '-t', image, '--push', context]);
  await site.empty();
  expect(stepsRun(await site.build(['--cache-from', `type=registry,ref=${cache}`, context]))).toEqual([]);
  await site.empty();
  const progress = await site.build(['--cache-from', image, context]);
  expect(stepsRun(progress)).not.toContain('RUN cat /made > /again');
});

test('an image is pushed under its names, and told where it went', async () => {
  const names = ['1', 'latest'].map(tag => `${registry.host}/pushed:${tag}`);
  const metadata = join(site.folder, 'metadata.json');
  await site.build([...names.flatMap(name => ['-t', name]), '--push', '--metadata-file', metadata, project('pushed')]);
  for (const tag of ['1', 'latest']) {
    const head = await fetch(`http://${registry.host}/v2/pushed/manifests/${tag}`, { method: 'HEAD' });
    expect(head.headers.get('docker-content-digest')).toBe(json(metadata)['containerimage.digest']);
  }
  const nameless = await site.failure(['--push', project('nameless')]);
  expect(nameless).toContain('tag is needed when pushing to registry');
  const closed = await site.failure(['-t', '127.0.0.1:1/a:1', '--push', project('closed')]);
  expect(closed).toContain('connection refused');
});

test('an image in a directory is an OCI layout, from which others build', async () => {
  const place = join(site.folder, 'layout');
  const attest = ['--attest', 'type=provenance,mode=max', '--attest', 'type=sbom'];
  await site.build(['-t', 'layout:1', ...attest, '-o', `type=oci,tar=false,dest=${place}`, project('layout')]);
  expect(existsSync(join(place, 'oci-layout'))).toBe(true);
  const blob = (digest: string) => json(join(place, 'blobs', digest.replace(':', '/')));
  const [top] = json(join(place, 'index.json')).manifests;
  expect(top.annotations['io.containerd.image.name']).toBe('docker.io/library/layout:1');
  const [image, attested] = blob(top.digest).manifests;
  expect(attested.annotations['vnd.docker.reference.digest']).toBe(image.digest);
  const kinds = blob(attested.digest).layers.map(
    ({ annotations }: { annotations: Record<string, string> }) => annotations['in-toto.io/predicate-type'],
  );
  expect(kinds.sort()).toEqual(['https://slsa.dev/provenance/v0.2', 'https://spdx.dev/Document']);
  const upon = site.context({ Dockerfile: 'FROM base\nRUN cat /again > /upon\nCMD ["cat", "/upon"]\n' });
  await site.build(['--build-context', `base=oci-layout://${place}:1`, '-t', 'upon', upon]);
  expect(await site.berth(['run', '--rm', '--network', 'none', 'upon'])).toBe('layout');
  const missing = await site.failure(['--build-context', 'base=oci-layout:///nowhere', upon]);
  expect(missing).toContain('failed to get build context base: oci-layout:///nowhere');
});
