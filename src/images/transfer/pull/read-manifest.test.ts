import { expect, test } from 'bun:test';
import { type Descriptor, mediaTypes } from '../../../oci/descriptor.ts';
import { sha256 } from '../../../oci/digest.ts';
import { parsePlatform } from '../../../oci/platform.ts';
import { choosePlatform } from './read-manifest.ts';

const platform = { os: 'linux', architecture: 'amd64' };

/** Which of an index for these platforms. */
function chosen(platforms: string[], wanted: Parameters<typeof choosePlatform>[1]): string | undefined {
  const entries = platforms.map(
    (text): Descriptor => ({
      ...{ mediaType: mediaTypes.ociManifest, digest: sha256(text), size: 1 },
      platform: parsePlatform(text, platform),
    }),
  );
  const { digest } = choosePlatform(entries, wanted);
  return platforms.find(text => sha256(text) === digest);
}

test('of variants the best that the machine can run; of a platform that was asked for, no more than that', () => {
  const all = ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v3', 'linux/386', 'linux/arm64'];
  expect(chosen(all, { platform })).toBe('linux/amd64');
  expect(chosen(all, { platform, variant: 'v2' })).toBe('linux/amd64/v2');
  expect(chosen(all, { platform, variant: 'v4' })).toBe('linux/amd64/v3');
  expect(chosen(all, { platform: { ...platform, variant: 'v2' } })).toBe('linux/amd64/v2');
  expect(chosen(['linux/amd64/v3', 'linux/386'], { platform, variant: 'v2' })).toBe('linux/386');
  const nothing = 'no matching manifest for linux/amd64 in the manifest list entries';
  expect(() => chosen(['linux/amd64/v3'], { platform, variant: 'v2' })).toThrow(nothing);
  expect(() => chosen(['linux/arm64'], { platform, variant: 'v4' })).toThrow(nothing);
});
