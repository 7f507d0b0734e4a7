import { expect, test } from 'bun:test';
import type { Image } from '../../../images/index.ts';
import { choosePlatform } from './choose-platform.ts';

const image = (architecture: string) => ({ config: { os: 'linux', architecture } }) as Image;
const [amd, arm] = [image('amd64'), image('arm64')];

test('of the platforms of an image the one asked for is taken', () => {
  expect(choosePlatform([amd, arm], 'x', 'linux/arm64')).toBe(arm);
  expect(choosePlatform([amd, arm], 'x', 'linux/aarch64')).toBe(arm);
  expect(choosePlatform([amd, arm], 'x', 'linux')).toBe(amd);
});

test('what is not there or is no platform is refused', () => {
  expect(() => choosePlatform([amd, arm], 'x', 'linux/s390x')).toThrow(
    'image with reference x was found but its platform (linux/amd64) does not match the specified platform (linux/s390x)',
  );
  expect(() => choosePlatform([amd], 'x', 'linux/a!')).toThrow('is an invalid component of');
});
