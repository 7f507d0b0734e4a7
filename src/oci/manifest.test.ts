import { expect, test } from 'bun:test';
import { mediaTypes } from './descriptor.ts';
import { sha256 } from './digest.ts';
import { parseImageConfig } from './image-config.ts';
import { parseManifest } from './manifest.ts';

const descriptor = { mediaType: mediaTypes.ociLayer, digest: sha256('x'), size: 1 };
const text = (value: unknown) => JSON.stringify(value);

test('manifests and indexes are told apart', () => {
  const manifest = { schemaVersion: 2, config: descriptor, layers: [descriptor] };
  expect(parseManifest(text(manifest))).toEqual({ manifest: manifest as never });
  expect(parseManifest(text({ schemaVersion: 2, manifests: [descriptor] }))).toHaveProperty('index');
  expect(parseManifest(text({ schemaVersion: 2, mediaType: mediaTypes.dockerList, manifests: [] }))).toHaveProperty(
    'index',
  );
});

test.each([
  ['{', 'invalid JSON'],
  ['[]', 'config: '],
  [text({ schemaVersion: 1 }), 'unsupported schemaVersion 1'],
  [text({ schemaVersion: 2, config: descriptor, layers: {} }), 'layers: not a list'],
  [text({ schemaVersion: 2, config: { ...descriptor, digest: 'sha256:x' }, layers: [] }), 'config: invalid digest'],
  [text({ schemaVersion: 2, config: descriptor, layers: [{ ...descriptor, size: -1 }] }), 'layers[0]: invalid size'],
])('a bad manifest is refused and says where: %s', (bytes, message) => {
  expect(() => parseManifest(bytes)).toThrow(message);
});

test('an image configuration keeps foreign fields and gets what it must have', () => {
  const config = parseImageConfig(text({ rootfs: { type: 'layers', diff_ids: null }, moby: 1 }));
  expect(config).toMatchObject({ os: 'linux', config: {}, history: [], rootfs: { diff_ids: [] }, moby: 1 });
  expect(() => parseImageConfig(text({}))).toThrow('invalid rootfs');
  expect(() => parseImageConfig(text({ rootfs: { diff_ids: ['x'] } }))).toThrow('rootfs.diff_ids');
  expect(() => parseImageConfig(text({ rootfs: { diff_ids: [] }, config: [] }))).toThrow('config: not an object');
});
