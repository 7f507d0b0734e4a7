import { expect, test } from 'bun:test';
import type { ContentStore } from '../../content/index.ts';
import { mediaTypes } from '../../oci/descriptor.ts';
import { type Digest, sha256 } from '../../oci/digest.ts';
import type { Repository } from '../storage/repository.ts';
import { markRepository } from './mark.ts';

test('an image that very many refer to is marked with all of them', async () => {
  const image = sha256('image');
  const config = { mediaType: mediaTypes.ociConfig, digest: sha256('{}'), size: 2 };
  const base = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [] };
  const subject = { mediaType: mediaTypes.ociManifest, digest: image, size: 1 };
  const referrer = Buffer.from(JSON.stringify({ ...base, subject }));
  const own = Buffer.from(JSON.stringify(base));
  const digests = Array.from({ length: 30_000 }, (_, at): Digest => `sha256:${at.toString(16).padStart(64, '0')}`);
  const repository = {
    manifests: async () => [image, ...digests],
    tags: async () => ['v'],
    tag: async () => ({ digest: image, pushed: '' }),
  } as unknown as Repository;
  const content = { bytes: async (digest: Digest) => (digest === image ? own : referrer) } as unknown as ContentStore;
  const marked = await markRepository(repository, content, () => false, new Set());
  expect(marked.manifests.size).toBe(digests.length + 1);
  expect([...marked.blobs]).toEqual([config.digest]);
});
