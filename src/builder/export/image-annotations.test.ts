import { expect, test } from 'bun:test';
import type { Digest } from '../../oci/digest.ts';
import { imageAnnotations } from './image-annotations.ts';

const host = { os: 'linux', architecture: 'amd64' };
const layer: Digest = `sha256:${'a'.repeat(64)}`;
const other: Digest = `sha256:${'b'.repeat(64)}`;
const arm = { os: 'linux', architecture: 'arm64' };

test('annotations are said at their level, and of the platform they are for', () => {
  const found = imageAnnotations(
    [
      { level: 'manifest', platform: 'arm64', key: 'both', value: 'special' },
      { level: 'manifest', key: 'both', value: 'general' },
      { level: 'manifest-descriptor', platform: 'linux/amd64', key: 'd', value: '1' },
      { level: 'index', key: 'i', value: '2' },
      { level: 'index-descriptor', key: 'x', value: '3' },
    ],
    { host, rewritten: { diffIds: new Set([layer]), latest: 9 } },
  );
  expect([found.manifest(host), found.manifest(arm)]).toEqual([{ both: 'general' }, { both: 'special' }]);
  expect([found.manifestDescriptor(host), found.manifestDescriptor(arm)]).toEqual([{ d: '1' }, {}]);
  expect([found.index, found.indexDescriptor]).toEqual([{ i: '2' }, { x: '3' }]);
  expect([found.layer(layer), found.layer(other)]).toEqual([{ 'buildkit/rewritten-timestamp': '9' }, {}]);
});

test('an annotation for a platform that is not there is refused where platforms are listed', () => {
  const on = (platform: string, level: 'manifest' | 'index' = 'manifest') => [{ level, platform, key: 'k', value: '' }];
  expect(() => imageAnnotations(on('nowhere'), { host })).toThrow('nowhere');
  expect(() => imageAnnotations(on('linux/s390x'), { host, listed: [host, arm] })).toThrow(
    'invalid annotation: no platform linux/s390x found in source',
  );
  expect(imageAnnotations(on('linux/s390x', 'index'), { host, listed: [host] }).index).toEqual({ k: '' });
  expect(imageAnnotations(on('linux/s390x'), { host }).manifest(host)).toEqual({});
});
