// The category Content Discovery of the distribution specification: docs/registry-conformance.md.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mediaTypes } from '../../../src/oci/descriptor.ts';
import { type Digest, sha256 } from '../../../src/oci/digest.ts';
import { InProcessRegistry } from '../../../src/registry/testing/test-registry.ts';

let registry: InProcessRegistry;
const name = 'discovery';
const inOrder = ['0.9', '1.0', '_x', 'alpha', 'Beta', 'beta', 'gamma', 'Zeta'];
const subject = { mediaType: mediaTypes.ociManifest, digest: sha256('subject'), size: 7 };

beforeAll(async () => {
  registry = await InProcessRegistry.start();
  const manifest = await registry.imageManifest(name);
  for (const tag of [...inOrder].reverse()) await registry.putManifest(name, tag, manifest);
});
afterAll(() => registry[Symbol.asyncDispose]());

const list = async (query = '') => {
  const response = await registry.fetch(`/v2/${name}/tags/list${query}`);
  const { tags } = (await response.json()) as { tags: string[] };
  return { tags, link: response.headers.get('link'), status: response.status };
};

interface Entry {
  mediaType: string;
  digest: Digest;
  size: number;
  artifactType?: string;
  annotations?: Record<string, string>;
}
const referrers = async (digest: string, query = '', repository = 'referrers') => {
  const response = await registry.fetch(`/v2/${repository}/referrers/${digest}${query}`);
  const index = (await response.json()) as { schemaVersion: number; mediaType: string; manifests: Entry[] };
  return { response, index, manifests: index.manifests };
};
const refer = async (extra: object, about = subject) => {
  const manifest = await registry.imageManifest('referrers', [], { subject: about, ...extra });
  await registry.putManifest('referrers', sha256(manifest), manifest);
  return sha256(manifest);
};
const about = (text: string) => ({ ...subject, digest: sha256(text) });

test('tags-1: the list of tags is 200', async () => {
  expect((await list()).status).toBe(200);
  await registry.pushBlob('discovery/no-tags', 'x');
  const empty = await registry.fetch('/v2/discovery/no-tags/tags/list');
  expect([empty.status, await empty.json()]).toEqual([200, { name: 'discovery/no-tags', tags: [] }]);
});

test('tags-2: tags are in order', async () => {
  expect((await list()).tags).toEqual(inOrder);
});

test('tags-3: the list is JSON with name and tags', async () => {
  const response = await registry.fetch(`/v2/${name}/tags/list`);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({ name, tags: inOrder });
});

test('tags-4: n tags when there are as many', async () => {
  for (const n of [1, 3, inOrder.length]) expect((await list(`?n=${n}`)).tags).toEqual(inOrder.slice(0, n));
  expect((await list('?n=100')).tags).toEqual(inOrder);
  expect((await registry.fetch(`/v2/${name}/tags/list?n=x`)).status).toBe(400);
});

test('tags-5: Link leads through the list', async () => {
  const seen: string[] = [];
  for (let path: string | undefined = `/v2/${name}/tags/list?n=3`; path; ) {
    const response: Response = await registry.fetch(path);
    seen.push(...((await response.json()) as { tags: string[] }).tags);
    const link = response.headers.get('link');
    if (link !== null) expect(link).toMatch(/^<[^>]+>; rel="next"$/);
    path = /^<([^>]+)>/.exec(link ?? '')?.[1];
  }
  expect(seen).toEqual(inOrder);
});

test('tags-6: n=0 is an empty list', async () => {
  expect((await list('?n=0')).tags).toEqual([]);
});

test('tags-7: n=0 has no Link', async () => {
  expect((await list('?n=0')).link).toBeNull();
  expect((await list(`?n=${inOrder.length}`)).link).toBeNull();
});

test('tags-8: with n, tags are in order', async () => {
  expect((await list('?n=6')).tags).toEqual(inOrder.slice(0, 6));
});

test('tags-9: last is a tag', async () => {
  expect((await list('?last=1')).tags).toEqual(inOrder.slice(1));
  expect((await list('?last=alpha')).tags).toEqual(inOrder.slice(4));
});

test('tags-10: with last, tags after it are in order', async () => {
  expect((await list('?n=2&last=alpha')).tags).toEqual(['Beta', 'beta']);
  expect((await list('?last=Beta')).tags).toEqual(['beta', 'gamma', 'Zeta']);
  // It need not exist.
  expect((await list('?last=b')).tags).toEqual(['Beta', 'beta', 'gamma', 'Zeta']);
  expect((await list('?last=zzz')).tags).toEqual([]);
});

test('ref-1: referrers are 200', async () => {
  await refer({});
  expect((await referrers(subject.digest)).response.status).toBe(200);
});

test('ref-2: referrers are never 404', async () => {
  expect((await referrers(sha256('unknown'))).response.status).toBe(200);
  expect((await referrers(sha256('unknown'), '', 'no/such/repository')).response.status).toBe(200);
});

test('ref-3: a malformed digest is 400', async () => {
  for (const digest of ['latest', 'sha256:abc', `sha256:${'G'.repeat(64)}`]) {
    expect((await registry.fetch(`/v2/referrers/referrers/${digest}`)).status).toBe(400);
  }
});

test('ref-4: referrers are an index of descriptors', async () => {
  const digest = await refer({ annotations: { n: '4' } }, about('four'));
  const { index } = await referrers(sha256('four'));
  const bytes = await (await registry.fetch(`/v2/referrers/manifests/${digest}`)).text();
  expect(index).toMatchObject({ schemaVersion: 2, mediaType: mediaTypes.ociIndex });
  expect(index.manifests).toMatchObject([{ mediaType: mediaTypes.ociManifest, digest, size: bytes.length }]);
});

test('ref-5: referrers have the type of an index', async () => {
  const { response } = await referrers(subject.digest);
  expect(response.headers.get('content-type')).toBe('application/vnd.oci.image.index.v1+json');
});

test('ref-6: a referrer shows its artifactType', async () => {
  await refer({ artifactType: 'application/sbom' }, about('six'));
  expect((await referrers(sha256('six'))).manifests[0]?.artifactType).toBe('application/sbom');
});

test('ref-7: an image without an artifactType shows that of its configuration', async () => {
  for (const [text, extra] of [
    ['seven', {}],
    ['seven too', { artifactType: '' }],
  ] as const) {
    await refer(extra, about(text));
    expect((await referrers(sha256(text))).manifests[0]?.artifactType).toBe(mediaTypes.ociConfig);
  }
});

test('ref-8: an index without an artifactType shows none', async () => {
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: [],
    subject: about('eight'),
  });
  await registry.putManifest('referrers', sha256(index), index, mediaTypes.ociIndex);
  const [entry] = (await referrers(sha256('eight'))).manifests;
  expect(entry?.mediaType).toBe(mediaTypes.ociIndex);
  expect(entry && 'artifactType' in entry).toBe(false);
});

test('ref-9: a referrer shows its annotations', async () => {
  await refer({ annotations: { a: 'b', c: 'd' } }, about('nine'));
  expect((await referrers(sha256('nine'))).manifests[0]?.annotations).toEqual({ a: 'b', c: 'd' });
});

test('ref-10: no referrers are an empty list', async () => {
  expect((await referrers(sha256('ten'))).manifests).toEqual([]);
  await refer({ artifactType: 'a/b' }, about('ten and more'));
  expect((await referrers(sha256('ten and more'), '?artifactType=c/d')).manifests).toEqual([]);
});

test('ref-11: a list that does not fit into one manifest is sent in several', async () => {
  const pushed: string[] = [];
  for (const letter of ['x', 'y', 'z']) {
    pushed.push(await refer({ annotations: { long: letter.repeat(2 * 1024 * 1024) } }, about('eleven')));
  }
  const first = await referrers(sha256('eleven'));
  expect(first.manifests.length).toBeLessThan(3);
  const seen = first.manifests.map(one => one.digest as string);
  for (let next = first.response.headers.get('link'); next; ) {
    const response = await registry.fetch(/^<([^>]+)>/.exec(next)?.[1] ?? '');
    seen.push(...((await response.json()) as { manifests: Entry[] }).manifests.map(one => one.digest));
    next = response.headers.get('link');
  }
  expect(seen.sort()).toEqual(pushed.sort());
});

test('ref-12: the Link of referrers has rel="next"', async () => {
  for (const a of ['1', '2']) await refer({ annotations: { a } }, about('twelve'));
  const { response } = await referrers(sha256('twelve'), '?n=1');
  expect(response.headers.get('link')).toMatch(/^<\/v2\/referrers\/referrers\/sha256:[^>]+>; rel="next"$/);
});

test('ref-13: referrers are filtered by artifactType', async () => {
  const wanted = await refer({ artifactType: 'a/wanted' }, about('thirteen'));
  await refer({ artifactType: 'a/other' }, about('thirteen'));
  const { manifests } = await referrers(sha256('thirteen'), '?artifactType=a%2Fwanted');
  expect(manifests.map(one => one.digest)).toEqual([wanted]);
});

test('ref-14: a filter that was applied is named', async () => {
  const { response } = await referrers(subject.digest, '?artifactType=a/b');
  expect(response.headers.get('oci-filters-applied')).toBe('artifactType');
});

test('ref-15: no filter is named that was not applied', async () => {
  expect((await referrers(subject.digest)).response.headers.get('oci-filters-applied')).toBeNull();
  const unknown = await referrers(subject.digest, '?artifactType=a/b&mediaType=c/d');
  expect(unknown.response.headers.get('oci-filters-applied')).toBe('artifactType');
});

test('ref-16: what a client listed under the referrers tag is there', async () => {
  const about16 = about('sixteen');
  const manifest = await registry.imageManifest('referrers', [], { subject: about16 });
  await registry.putManifest('referrers', sha256(manifest), manifest);
  const entry = { mediaType: mediaTypes.ociManifest, digest: sha256(manifest), size: manifest.length };
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [entry] });
  const tag = about16.digest.replace(':', '-');
  expect((await registry.putManifest('referrers', tag, index, mediaTypes.ociIndex)).status).toBe(201);
  expect((await referrers(about16.digest)).manifests.map(one => one.digest)).toEqual([sha256(manifest)]);
});

test('ref-17: every manifest with a subject that is pushed is there, until it is deleted', async () => {
  const pushed = [
    await refer({ annotations: { n: '1' } }, about('s17')),
    await refer({ annotations: { n: '2' } }, about('s17')),
  ];
  const seen = async () => (await referrers(sha256('s17'))).manifests.map(one => one.digest as string).sort();
  expect(await seen()).toEqual([...pushed].sort());
  await registry.fetch(`/v2/referrers/manifests/${pushed[0]}`, { method: 'DELETE' });
  expect(await seen()).toEqual(pushed.slice(1));
});
