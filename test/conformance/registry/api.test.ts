// Support, errors and warnings in the distribution specification: docs/registry-conformance.md.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Distribution } from '../../../src/distribution/index.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { sha256 } from '../../../src/oci/digest.ts';
import { InProcessRegistry } from '../../../src/registry/testing/test-registry.ts';

const known = [
  ...['BLOB_UNKNOWN', 'BLOB_UPLOAD_INVALID', 'BLOB_UPLOAD_UNKNOWN', 'DIGEST_INVALID', 'MANIFEST_BLOB_UNKNOWN'],
  ...['MANIFEST_INVALID', 'MANIFEST_UNKNOWN', 'NAME_INVALID', 'NAME_UNKNOWN', 'SIZE_INVALID', 'UNAUTHORIZED'],
  ...['DENIED', 'UNSUPPORTED', 'TOOMANYREQUESTS'],
];

let folder: string;
let registry: InProcessRegistry;
let guarded: InProcessRegistry;
let answers: { status: number; body: unknown }[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-api-'));
  writeFileSync(join(folder, 'users'), '');
  registry = await InProcessRegistry.start();
  const access = { htpasswd: join(folder, 'users'), realm: 'r', secure: false, groups: {}, rules: [] };
  guarded = await InProcessRegistry.start({ access });
  answers = await provokeErrors();
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await guarded[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Everything one can do wrong, and what is said to it. */
async function provokeErrors() {
  await registry.pushImage('errors', 'v');
  const upload = (await registry.fetch('/v2/errors/blobs/uploads/', { method: 'POST' })).headers.get('location') ?? '';
  const put = (reference: string, body: string) => registry.putManifest('errors', reference, body);
  const responses = await Promise.all([
    registry.fetch('/v2/NO/tags/list'),
    registry.fetch('/v2/none/tags/list'),
    registry.fetch('/v2/errors/tags/list?n=-1'),
    registry.fetch('/v2/errors/tags/list', { method: 'POST' }),
    registry.fetch('/v2/errors/manifests/none'),
    registry.fetch('/v2/errors/manifests/a:b'),
    registry.fetch('/v2/errors/manifests/v', { headers: { Accept: 'text/plain' } }),
    registry.fetch(`/v2/errors/blobs/${sha256('none')}`),
    registry.fetch('/v2/errors/blobs/sha256:x'),
    registry.fetch('/v2/errors/blobs/uploads/none'),
    registry.fetch(upload, { method: 'PATCH', body: 'x', headers: { 'Content-Range': '5-5' } }),
    registry.fetch(upload, { method: 'PATCH', body: 'xy', headers: { 'Content-Range': '0-0' } }),
    registry.fetch(`${upload}?digest=sha256:x`, { method: 'PUT' }),
    put('v', '{'),
    put(sha256('other'), await registry.imageManifest('errors')),
    put(
      'v',
      JSON.stringify({ schemaVersion: 2, layers: [], config: { mediaType: 'a/b', digest: sha256('?'), size: 1 } }),
    ),
    registry.fetch('/v2/errors/referrers/none'),
    registry.fetch('/nothing/here'),
    registry.fetch('/v2/errors/unknown/thing'),
    guarded.fetch('/v2/'),
    guarded.fetch('/v2/a/tags/list', { headers: { Authorization: 'Basic YTpi' } }),
  ]);
  return await Promise.all(responses.map(async response => ({ status: response.status, body: await response.json() })));
}
const entries = () =>
  answers.flatMap(({ body }) => (body as { errors: { code: string; message: string; detail?: unknown }[] }).errors);

test('api-1: GET /v2/ is 200', async () => {
  const response = await registry.fetch('/v2/');
  expect(response.status).toBe(200);
  expect(response.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
});

test('err-1: errors have the format of the specification', () => {
  for (const { status, body } of answers) {
    expect(status).toBeWithin(400, 500);
    expect(body).toEqual({ errors: expect.any(Array) });
  }
  for (const entry of entries()) {
    expect(Object.keys(entry).filter(key => !['code', 'message', 'detail'].includes(key))).toEqual([]);
  }
});

test('err-2: codes are upper-case letters and underscores', () => {
  for (const { code } of entries()) expect(code).toMatch(/^[A-Z_]+$/);
});

test('err-3: messages are for people', () => {
  for (const { message } of entries()) expect(message).toMatch(/[a-z]+ [a-z]+/i);
});

test('err-4: codes are those of the specification', () => {
  expect(
    entries()
      .map(({ code }) => code)
      .filter(code => !known.includes(code)),
  ).toEqual([]);
});

/** The warning of a cache whose upstream has gone. */
async function provokeWarning(): Promise<string | null> {
  const clock = { now: Date.now() };
  const upstream = await InProcessRegistry.start();
  const domain = upstream.host;
  await upstream.pushImage('app', 'v');
  const registries = new Distribution({ insecureRegistries: [domain], attempts: 1 }, { logger: silentLogger });
  await using cache = await InProcessRegistry.start(
    { upstreams: [{ prefix: 'far', domain, fresh: 0, wait: 5000 }] },
    { registries, now: () => clock.now },
  );
  expect((await cache.fetch('/v2/far/app/manifests/v')).headers.get('warning')).toBeNull();
  await upstream[Symbol.asyncDispose]();
  const response = await cache.fetch('/v2/far/app/manifests/v');
  expect(response.status).toBe(200);
  return response.headers.get('warning');
}

test('warn-1: a warning has code 299 and agent -', async () => {
  expect(await provokeWarning()).toMatch(/^299 - ".+"/);
});

test('warn-2: a warning has no date', async () => {
  expect(await provokeWarning()).toMatch(/^299 - "[^"]*"$/);
});

test('warn-3: warnings are short', async () => {
  expect((await provokeWarning())?.length).toBeLessThan(4096);
});
