// What the distribution specification asks of whoever pulls, of our own client: docs/registry-conformance.md.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { Distribution, type Repository } from '../../../src/distribution/index.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { mediaTypes } from '../../../src/oci/descriptor.ts';
import { sha256 } from '../../../src/oci/digest.ts';
import { ScriptedRegistry } from '../../support/registries/scripted-registry.ts';

const config = { mediaType: mediaTypes.ociConfig, digest: sha256('{}'), size: 2 };
const manifest = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [] });
const digest = sha256(manifest);
const plain = { 'Content-Type': mediaTypes.ociManifest };
const about = sha256('what others refer to');
const referrer = { mediaType: mediaTypes.ociManifest, digest, size: manifest.length, artifactType: 'a/sbom' };
const index = (manifests: object[]) => JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });

let registry: ScriptedRegistry;
let distribution: Distribution;
let repository: Repository;
let warnings: string[];
beforeEach(async () => {
  registry = await ScriptedRegistry.start();
  distribution = new Distribution({ attempts: 1 }, { logger: silentLogger });
  warnings = [];
  const onWarning = (warning: string) => void warnings.push(warning);
  repository = distribution.repository({ domain: registry.host, path: 'app' }, { onWarning });
});
afterEach(async () => {
  distribution.close();
  await registry[Symbol.asyncDispose]();
});

const serve = (reference: string, headers: Record<string, string> = plain, body = manifest) => {
  registry.answers[`GET /v2/app/manifests/${reference}`] = { status: 200, headers, body };
};
const failure = async (work: Promise<unknown>) => String(await work.catch((error: unknown) => error));

test('client-1: headers of Docker are not needed', async () => {
  serve('v');
  registry.answers['HEAD /v2/app/manifests/v'] = { status: 200, headers: plain };
  expect(await repository.resolve('v')).toEqual({ mediaType: mediaTypes.ociManifest, digest, size: manifest.length });
  registry.answers['PUT /v2/app/manifests/v'] = { status: 201 };
  expect(await repository.putManifest('v', { bytes: Buffer.from(manifest), mediaType: '' })).toBe(digest);
});

test('client-2: codes of schema 1 mean no more than the status they come with', async () => {
  const body = (code: string) => JSON.stringify({ errors: [{ code, message: 'as it was' }] });
  for (const code of ['TAG_INVALID', 'MANIFEST_UNVERIFIED']) {
    registry.answers['GET /v2/app/manifests/v'] = { status: 404, body: body(code) };
    expect(await repository.manifest('v').catch(({ kind }) => kind)).toBe('not-found');
    registry.answers['GET /v2/app/manifests/v'] = { status: 400, body: body(code) };
    expect(await repository.manifest('v').catch(({ kind }) => kind)).toBe('invalid');
  }
});

test('client-3: Accept names the types of manifests that are understood', async () => {
  serve('v');
  await repository.manifest('v');
  const accepted = registry.last('GET')?.headers.accept ?? '';
  const { ociIndex, ociManifest, dockerList, dockerManifest } = mediaTypes;
  for (const type of [ociIndex, ociManifest, dockerList, dockerManifest]) expect(accepted).toContain(type);
});

test('client-4: parameters on the Content-Type are ignored', async () => {
  serve('v', { 'Content-Type': `${mediaTypes.ociManifest}; charset=utf-8` });
  expect((await repository.manifest('v')).descriptor.mediaType).toBe(mediaTypes.ociManifest);
});

test('client-5: a manifest that says it is of another type than it came as is refused', async () => {
  for (const type of [mediaTypes.ociIndex, mediaTypes.dockerManifest, 'application/json']) {
    serve('v', { 'Content-Type': type });
    expect(await failure(repository.manifest('v'))).toContain(`it is ${mediaTypes.ociManifest}, not ${type}`);
  }
});

test('client-6: a digest that comes with a manifest must be its digest', async () => {
  serve('v', { ...plain, 'Docker-Content-Digest': sha256('something else') });
  expect(await failure(repository.manifest('v'))).toContain('manifest verification failed');
});

test('client-7: a manifest that is asked for by digest must have it', async () => {
  serve(sha256('something else'));
  expect(await failure(repository.manifest(sha256('something else')))).toContain('manifest verification failed');
});

test('client-8: a blob must have the digest it was asked for by', async () => {
  const [path, wanted] = [`GET /v2/app/blobs/${sha256('one')}`, { digest: sha256('one'), size: 3 }];
  registry.answers[path] = { status: 200, headers: { 'Docker-Content-Digest': sha256('two') }, body: 'two' };
  expect(await failure(repository.blobBytes(wanted))).toMatch(/digest|verif/);
  registry.answers[path] = { status: 200, body: 'one' };
  expect(String(await repository.blobBytes(wanted))).toBe('one');
});

test('client-9: referrers are looked for under their tag where the API answers 404', async () => {
  serve(about.replace(':', '-'), { 'Content-Type': mediaTypes.ociIndex }, index([referrer]));
  expect((await repository.referrers(about)).manifests).toEqual([referrer]);
  // What the tag stands for is filtered here.
  expect((await repository.referrers(about, { artifactType: 'a/other' })).manifests).toEqual([]);
  expect(registry.asked[0]).toBe(`GET /v2/app/referrers/${about}`);
});

test('client-10: what is no index under that tag means that there are no referrers', async () => {
  expect((await repository.referrers(about)).manifests).toEqual([]);
  serve(about.replace(':', '-'));
  expect((await repository.referrers(about)).manifests).toEqual([]);
});

test('client-11: a registry may lack what is newer or optional', async () => {
  // No HEAD, no digests, no referrers, a list of tags without pages.
  serve('v');
  registry.answers['HEAD /v2/app/manifests/v'] = { status: 405 };
  registry.answers['GET /v2/app/tags/list'] = { status: 200, body: '{"name":"app","tags":["v"]}' };
  expect((await repository.resolve('v')).digest).toBe(digest);
  expect(await Array.fromAsync(repository.tags())).toEqual(['v']);
  expect((await repository.referrers(digest)).manifests).toEqual([]);
});

test('client-12: warnings are told', async () => {
  serve('v', { ...plain, Warning: '299 - "It is \\"old\\".", 299 - "It will go, soon."' });
  await repository.manifest('v');
  expect(warnings).toEqual([`${registry.host}: It is "old".`, `${registry.host}: It will go, soon.`]);
});

test('client-13: warnings are told once', async () => {
  serve('v', { ...plain, Warning: '299 - "It is old."' });
  for (let n = 0; n < 3; n++) await repository.manifest('v');
  expect(warnings).toHaveLength(1);
});

test('client-14: warnings change nothing', async () => {
  serve('v', { ...plain, Warning: '299 - "Do not use it.", 199 other "Stop." "Sun, 06 Nov 1994 08:49:37 GMT"' });
  expect((await repository.manifest('v')).descriptor.digest).toBe(digest);
  expect(registry.requests).toHaveLength(1);
  expect(warnings).toEqual([`${registry.host}: Do not use it.`]);
});
