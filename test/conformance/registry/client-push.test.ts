// What the distribution specification asks of whoever pushes, of our own client: docs/registry-conformance.md.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { Distribution, type Repository } from '../../../src/distribution/index.ts';
import { composePushManifest } from '../../../src/images/transfer/push/push-manifest.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { type Descriptor, mediaTypes } from '../../../src/oci/descriptor.ts';
import { sha256 } from '../../../src/oci/digest.ts';
import { type ScriptedAnswer, ScriptedRegistry } from '../../support/registries/scripted-registry.ts';

const text = '0123456789';
const digest = sha256(text);
const escaped = encodeURIComponent(digest);
const uploads = '/v2/app/blobs/uploads/';
const made: ScriptedAnswer = { status: 201, headers: { Location: `/v2/app/blobs/${digest}` } };
const at = (status: number, location: string, range?: string): ScriptedAnswer => ({
  status,
  headers: { Location: location, ...(range && { Range: range }) },
});

let registry: ScriptedRegistry;
let distribution: Distribution;
let repository: Repository;
beforeEach(async () => {
  registry = await ScriptedRegistry.start();
  distribution = new Distribution({ attempts: 3 }, { logger: silentLogger });
  repository = distribution.repository({ domain: registry.host, path: 'app' }, { actions: ['pull', 'push', 'delete'] });
});
afterEach(async () => {
  distribution.close();
  await registry[Symbol.asyncDispose]();
});

async function* bytes(offset: number): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(text.slice(offset));
}
/** A blob whose digest is known before, and one whose digest is known at its end. */
const whole = { digest, size: text.length, open: bytes };
const streamed = { digest: Promise.resolve(digest), size: text.length, open: bytes };
const failure = async (work: Promise<unknown>) => String(await work.catch((error: unknown) => error));

test('client-15: the Location is used as it is, to the letter', async () => {
  const odd = '/elsewhere/u?state=a%20b+c~%2F(d)&sig=%41%2b';
  registry.answers = { [`POST ${uploads}`]: at(202, odd), 'PUT /elsewhere/u': made };
  await repository.uploadBlob(whole);
  expect(registry.asked.at(-1)).toBe(`PUT ${odd}&digest=${escaped}`);
});

test('client-16: no blob is sent with a POST, and a PUT follows the 202', async () => {
  registry.answers = { [`POST ${uploads}`]: at(202, '/u/1'), 'PUT /u/1': made };
  await repository.uploadBlob(whole);
  expect(registry.asked).toEqual([`POST ${uploads}`, `PUT /u/1?digest=${escaped}`]);
  expect([registry.last('POST')?.body.length, String(registry.last('PUT')?.body)]).toEqual([0, text]);
});

test('client-17: the POST that opens an upload says Content-Length: 0', async () => {
  registry.answers = { [`POST ${uploads}`]: at(202, '/u/1'), 'PATCH /u/1': at(202, '/u/1'), 'PUT /u/1': made };
  await repository.uploadBlob(streamed);
  expect(registry.last('POST')?.headers['content-length']).toBe('0');
});

test('client-18: no chunk but the last is smaller than OCI-Chunk-Min-Length', async () => {
  const opened = { status: 202, headers: { Location: '/u/1', 'OCI-Chunk-Min-Length': '8' } };
  registry.answers = { [`POST ${uploads}`]: opened, 'PATCH /u/1': at(202, '/u/1'), 'PUT /u/1': made };
  await repository.uploadBlob(streamed);
  const sizes = registry.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body.length);
  expect(sizes.slice(0, -1).every(size => size >= 8)).toBe(true);
});

/** Takes four bytes, breaks down, and says so; each answer names another place to go on at. */
function breaksOnce(): void {
  registry.answers = {
    [`POST ${uploads}`]: at(202, '/u/1?s=a'),
    'PATCH /u/1': { status: 503 },
    'GET /u/1': at(204, '/u/2?s=b', '0-3'),
    'PATCH /u/2': at(202, '/u/3?s=c', '0-9'),
    'PUT /u/3': made,
  };
}

test('client-19: chunks are sent in order, from the first byte, with ranges that include both ends', async () => {
  breaksOnce();
  await repository.uploadBlob(streamed);
  const chunks = registry.requests.filter(({ method }) => method === 'PATCH');
  expect(chunks.map(({ body }) => String(body))).toEqual([text, text.slice(4)]);
  expect(chunks.map(({ headers }) => headers['content-range'])).toEqual([undefined, '4-9']);
});

test('client-20: the next request goes to the Location of the last answer', async () => {
  breaksOnce();
  await repository.uploadBlob(streamed);
  expect(registry.asked.slice(1)).toEqual([
    ...['PATCH /u/1?s=a', 'GET /u/1?s=a', 'PATCH /u/2?s=b'],
    `PUT /u/3?s=c&digest=${escaped}`,
  ]);
});

test('client-21: an upload is closed with a PUT that has the digest of the whole blob', async () => {
  breaksOnce();
  expect(await repository.uploadBlob(streamed)).toBe(digest);
  const last = registry.requests.at(-1);
  expect([last?.method, last?.target.includes(escaped), last?.body.length]).toEqual(['PUT', true, 0]);
});

const config = { mediaType: mediaTypes.ociConfig, digest: sha256('{}'), size: 2 };
const compose = (extra: object = {}) =>
  Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [], ...extra }));
const put = (reference: string, document: Buffer, mediaType: string = mediaTypes.ociManifest) =>
  repository.putManifest(reference, { bytes: document, mediaType });
const takes = (reference: string, headers: Record<string, string> = {}) => {
  registry.answers[`PUT /v2/app/manifests/${reference}`] = { status: 201, headers };
};

test('client-22: a digest that comes back for a manifest must be that of what was sent', async () => {
  takes('v', { 'Docker-Content-Digest': sha256('something else') });
  expect(await failure(put('v', compose()))).toContain('another manifest than was sent');
});

test('client-23: a manifest is sent with its type', async () => {
  takes('v');
  await put('v', Buffer.from(`{"schemaVersion":2,"config":${JSON.stringify(config)},"layers":[]}`));
  expect(registry.last('PUT')?.headers['content-type']).toBe(mediaTypes.ociManifest);
});

test('client-24: that type has no parameters', async () => {
  takes('v');
  for (const type of [mediaTypes.ociManifest, mediaTypes.dockerManifest]) {
    await put('v', compose({ mediaType: type }), type);
    expect(registry.last('PUT')?.headers['content-type']).toBe(type);
  }
});

test('client-25: it is the mediaType of the manifest where that has one', async () => {
  takes('v');
  await put('v', compose({ mediaType: mediaTypes.dockerManifest }), mediaTypes.ociManifest);
  expect(registry.last('PUT')?.headers['content-type']).toBe(mediaTypes.dockerManifest);
});

test('client-26: the manifests that are made here say what they are', () => {
  const layer = (mediaType: string) => [{ mediaType, digest, size: text.length }];
  for (const layers of [[], layer(mediaTypes.ociLayerGzip), layer(mediaTypes.ociLayerZstd)]) {
    const { descriptor, bytes: composed } = composePushManifest(config, layers);
    expect(JSON.parse(String(composed)).mediaType).toBe(descriptor.mediaType);
  }
});

test('client-27: manifests of 4 megabytes are sent, and taken', async () => {
  takes('v');
  const size = 4 * 1024 * 1024;
  const large = compose({ annotations: { a: 'x'.repeat(size - compose({ annotations: { a: '' } }).length) } });
  expect(large.length).toBe(size);
  await put('v', large);
  registry.answers['GET /v2/app/manifests/v'] = {
    ...{ status: 200, headers: { 'Content-Type': mediaTypes.ociManifest }, body: large },
  };
  expect((await repository.manifest('v')).bytes.length).toBe(size);
});

const subject = { mediaType: mediaTypes.ociManifest, digest: sha256('what it is about'), size: 16 };
const tag = subject.digest.replace(':', '-');
const referrersTag = `/v2/app/manifests/${tag}`;
const serveTag = (document: Buffer, type: string = mediaTypes.ociIndex) => {
  registry.answers[`GET ${referrersTag}`] = { status: 200, headers: { 'Content-Type': type }, body: document };
};
const indexOf = (manifests: object[], extra: object = {}) =>
  Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests, ...extra }));
const entryOf = (document: Buffer, extra: object = {}) => ({
  ...{ mediaType: mediaTypes.ociManifest, digest: sha256(document), size: document.length },
  ...extra,
});
/** The list that was put under the tag, and its entries; undefined when none was. */
const written = (): { manifests: Descriptor[]; annotations?: Record<string, string> } | undefined => {
  const request = registry.requests.findLast(({ method, target }) => method === 'PUT' && target === referrersTag);
  return request && JSON.parse(String(request.body));
};
const listed = () => written()?.manifests;

test('client-28: a registry that says OCI-Subject keeps the list itself', async () => {
  takes('v', { 'OCI-Subject': subject.digest });
  await put('v', compose({ subject }));
  expect(registry.asked).toEqual(['PUT /v2/app/manifests/v']);
});

test('client-29: elsewhere the list under the tag begins empty where there is none', async () => {
  const document = compose({ subject });
  takes('v');
  takes(tag);
  await put('v', document);
  expect(listed()).toEqual([entryOf(document, { artifactType: mediaTypes.ociConfig })] as Descriptor[]);
  expect(registry.last('PUT')?.headers['content-type']).toBe(mediaTypes.ociIndex);
});

test('client-30: something else under the tag is an error, and stays', async () => {
  takes('v');
  serveTag(compose(), mediaTypes.ociManifest);
  const said = await failure(put('v', compose({ subject })));
  expect(said).toContain(
    `is pushed, but not listed as a referrer of ${subject.digest}: ${tag} stands for something else`,
  );
  expect(listed()).toBeUndefined();
});

test('client-31: what is listed is not listed twice, and what others listed stays', async () => {
  const document = compose({ subject });
  takes('v');
  takes(tag);
  const other = entryOf(compose({ annotations: { other: 'yes' } }));
  serveTag(indexOf([other], { annotations: { kept: 'yes' } }));
  await put('v', document);
  expect(listed()?.map(entry => entry.digest)).toEqual([other.digest, sha256(document)]);
  expect(written()?.annotations).toEqual({ kept: 'yes' });
  const before = registry.requests.length;
  serveTag(indexOf([other, entryOf(document)]));
  await put('v', document);
  expect(registry.asked.slice(before)).toEqual(['PUT /v2/app/manifests/v', `GET ${referrersTag}`]);
});

test('client-32: an entry shows the artifactType of its manifest', async () => {
  takes('v');
  takes(tag);
  await put('v', compose({ subject, artifactType: 'a/sbom' }));
  expect(listed()?.[0]?.artifactType).toBe('a/sbom');
  await put('v', indexOf([], { subject }), mediaTypes.ociIndex);
  expect(listed()?.[0]?.artifactType).toBeUndefined();
});

test('client-33: or, of an image without one, the type of its configuration', async () => {
  takes('v');
  takes(tag);
  await put('v', compose({ subject, artifactType: '' }));
  expect(listed()?.[0]?.artifactType).toBe(mediaTypes.ociConfig);
});

test('client-34: an entry has all annotations of its manifest', async () => {
  takes('v');
  takes(tag);
  await put('v', compose({ subject, annotations: { a: 'b', c: 'd' } }));
  expect(listed()?.[0]?.annotations).toEqual({ a: 'b', c: 'd' });
});

test('client-35: a manifest that is deleted goes out of the list, where the registry keeps none', async () => {
  const document = compose({ subject });
  const [gone, other] = [entryOf(document), entryOf(compose())];
  const path = `/v2/app/manifests/${gone.digest}`;
  registry.answers = {
    [`GET ${path}`]: { status: 200, headers: { 'Content-Type': mediaTypes.ociManifest }, body: document },
    [`DELETE ${path}`]: { status: 202 },
  };
  takes(tag);
  serveTag(indexOf([other, gone]));
  await repository.deleteManifest(gone.digest);
  expect(listed()?.map(entry => entry.digest)).toEqual([other.digest]);
  const before = registry.requests.length;
  registry.answers[`GET /v2/app/referrers/${subject.digest}`] = { status: 200, body: String(indexOf([])) };
  await repository.deleteManifest(gone.digest);
  expect(registry.asked.slice(before).filter(line => line.endsWith(tag))).toEqual([]);
});
