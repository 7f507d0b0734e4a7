import { expect, test } from 'bun:test';
import type { ContentStore } from '../../../content/index.ts';
import { type Descriptor, mediaTypes } from '../../../oci/descriptor.ts';
import { type Digest, sha256 } from '../../../oci/digest.ts';
import { parseReference } from '../../../oci/reference.ts';
import type { Image, ImageSource } from '../../image.ts';
import { planPush } from './plan-push.ts';

const blobs = new Map<Digest, Buffer>();
const content = {
  has: (digest: Digest) => blobs.has(digest),
  bytes: (digest: Digest) => Promise.resolve(blobs.get(digest) as Buffer),
} as unknown as ContentStore;

function put(mediaType: string, document: unknown, more: Partial<Descriptor> = {}): Descriptor {
  const bytes = Buffer.from(JSON.stringify(document));
  const digest = sha256(bytes);
  blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length, ...more };
}

const manifestOf = (name: string, more?: Partial<Descriptor>) => {
  const config = put(mediaTypes.ociConfig, { name });
  const layer = put(mediaTypes.ociLayerGzip, [name]);
  const document = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] };
  return { config, layer, manifest: put(mediaTypes.ociManifest, document, more) };
};

const platform = { os: 'linux', architecture: 'amd64' };
const nobody = { os: 'unknown', architecture: 'unknown' };
const image = manifestOf('image', { platform });

function source(statement: string): { source: ImageSource; statement: Descriptor } {
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
  const beside = manifestOf(statement, { annotations, platform: nobody });
  const list = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [image.manifest, beside.manifest] };
  const index = put(mediaTypes.ociIndex, list);
  return { source: { manifest: image.manifest, layers: [image.layer], index }, statement: beside.layer };
}

const plan = (sources: ImageSource[], manifest?: Digest) => {
  const one = { id: image.config.digest, digests: [], sources, layers: [image.layer] } as unknown as Image;
  return planPush(one, parseReference('registry.test/a:1'), {
    platforms: [one],
    platform: undefined,
    manifest,
    content,
  });
};

test('what an index lists beside images is sent with it', async () => {
  const { source: built } = source('first');
  const { beside, images, index } = await plan([built]);
  expect(index?.source.digest).toBe(built.index?.digest as Digest);
  expect(images).toHaveLength(1);
  expect(beside.map(({ blobs: named }) => named.length)).toEqual([2]);
});

test('an index of which something is gone gives way to another, else to the image alone', async () => {
  const [old, last] = [source('old'), source('last')];
  blobs.delete(old.statement.digest);
  expect((await plan([old.source, last.source])).index?.source.digest).toBe(last.source.index?.digest as Digest);
  const alone = await plan([old.source]);
  expect(alone).toMatchObject({ index: undefined, beside: [] });
  expect(alone.images).toHaveLength(1);
});

test('what is asked for is sent, whatever else the image came with', async () => {
  const { source: attested } = source('attested');
  const bare = { manifest: image.manifest, layers: [image.layer] };
  expect((await plan([attested, bare], image.manifest.digest)).index).toBeUndefined();
  const digest = attested.index?.digest as Digest;
  expect((await plan([bare, attested], digest)).index?.source.digest).toBe(digest);
});
