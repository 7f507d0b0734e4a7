import { expect, test } from 'bun:test';
import { imageAnnotations } from './image-annotations.ts';

const host = { os: 'linux', architecture: 'amd64' };
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
    host,
  );
  expect([found.manifest(host), found.manifest(arm)]).toEqual([{ both: 'general' }, { both: 'special' }]);
  expect([found.manifestDescriptor(host), found.manifestDescriptor(arm)]).toEqual([{ d: '1' }, {}]);
  expect([found.index, found.indexDescriptor]).toEqual([{ i: '2' }, { x: '3' }]);
  expect(() => imageAnnotations([{ level: 'manifest', platform: 'nowhere', key: 'k', value: '' }], host)).toThrow(
    'nowhere',
  );
});
