import { expect, test } from 'bun:test';
import { formatPlatform, invalidComponent, linuxPlatform, parsePlatform, platformRank } from './platform.ts';

const amd64 = linuxPlatform('x64');
const arm64 = linuxPlatform('arm64');

test.each([
  ['linux/amd64', 'linux/amd64'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/arm/v7', 'linux/arm/v7'],
  ['aarch64', 'linux/arm64'],
  ['linux', 'linux/amd64'],
  ['LINUX/X86_64', 'linux/amd64'],
])('%s is %s', (text, canonical) => {
  expect(formatPlatform(parsePlatform(text, amd64))).toBe(canonical);
});

test('what is no platform is refused', () => {
  for (const bad of ['a/b/c/d', 'linux/', 'linux/amd 64']) expect(() => parsePlatform(bad, amd64)).toThrow();
});

test("a bad part is named in containerd's words", () => {
  expect(() => parsePlatform('/', amd64)).toThrow('"" is an invalid OS component of "/": OSAndVersion specifier');
  expect(() => parsePlatform('linux/?', amd64)).toThrow(
    '"?" is an invalid component of "linux/?": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument',
  );
  expect(parsePlatform('macos', amd64).os).toBe('darwin');
});

test('the part that cannot be is named', () => {
  const say = (text: string) => invalidComponent(text)?.split(': ')[0];
  expect(say('bad!/amd64')).toBe('"bad!" is an invalid OS component of "bad!/amd64"');
  expect(say('linux/a!')).toBe('"a!" is an invalid component of "linux/a!"');
  expect(say('a/b/c/d/e')).toBe('"d/e" is an invalid component of "a/b/c/d/e"');
  expect(invalidComponent('windows(10.0)/amd64')).toBeUndefined();
});

test('an image runs on its own processor and on compatible ones, best first', () => {
  const rank = (text: string, host = amd64) => platformRank(parsePlatform(text, host), host);
  expect(rank('linux/amd64')).toBeGreaterThan(rank('linux/386'));
  expect(rank('linux/386')).toBeGreaterThan(0);
  expect(rank('linux/arm64')).toBe(0);
  expect(rank('windows/amd64')).toBe(0);
  expect(rank('linux/amd64/v3')).toBe(0);
  expect(rank('linux/arm64/v8', arm64)).toBeGreaterThan(rank('linux/arm/v7', arm64));
  expect(rank('linux/arm/v7', arm64)).toBeGreaterThan(rank('linux/arm/v6', arm64));
});
