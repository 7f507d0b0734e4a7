import { expect, test } from 'bun:test';
import type { ContentStore } from '../../../content/index.ts';
import type { Repository } from '../../../distribution/index.ts';
import { KeyedMutex } from '../../../lib/concurrency/keyed-mutex.ts';
import { Limiter } from '../../../lib/concurrency/limiter.ts';
import { mediaTypes } from '../../../oci/descriptor.ts';
import { sha256 } from '../../../oci/digest.ts';
import type { Image } from '../../image.ts';
import { type PushDeps, pushImage } from './push-image.ts';

test('what the registry has is pushed again without a look at all other images, and nothing is written', async () => {
  const describe = (text: string, mediaType: string) => ({ mediaType, digest: sha256(text), size: text.length });
  const layer = describe('layer', mediaTypes.ociLayerGzip);
  const manifest = describe('manifest', mediaTypes.ociManifest);
  const image = {
    ...{ id: sha256('config'), diffIds: [sha256('tar')], chainIds: [sha256('chain')], layers: [layer] },
    ...{ sources: [{ manifest, layers: [layer] }], digests: [`r.io/a@${manifest.digest}`], tags: ['r.io/a:v'] },
  } as unknown as Image;
  const content = { has: () => true, size: () => 6, bytes: async () => Buffer.from('manifest') };
  const asked: string[] = [];
  const repository = {
    name: { domain: 'r.io', path: 'a' },
    blobSize: async (digest: string) => asked.push(digest),
    resolve: async () => manifest,
  };
  const deps = {
    ...{ content: content as unknown as ContentStore, slots: new Limiter(5), sending: new KeyedMutex() },
    ...{ platforms: () => [image], record: () => {} },
    images: () => {
      throw new Error('all images were looked at');
    },
  } as unknown as PushDeps;
  const lease = { keep: () => {}, [Symbol.dispose]: () => {} } as never;
  const o = { platform: undefined, lease, emit: () => {}, signal: new AbortController().signal };
  const reference = { domain: 'r.io', path: 'a', tag: 'v' };
  expect(await pushImage(image, reference, repository as unknown as Repository, deps, o)).toEqual({
    digest: manifest.digest,
    size: manifest.size,
  });
  expect(asked.sort()).toEqual([image.id, layer.digest].sort());
});
