// Options about registries.
import { expect, test } from 'bun:test';
import { readRegistrySettings, transferLimits } from './registry-settings.ts';

test('defaults are those of dockerd; proxies come from the environment', () => {
  expect(readRegistrySettings({}, { HTTPS_PROXY: 'http://p', no_proxy: 'a,b' })).toEqual({
    ...{ mirrors: [], insecureRegistries: [], maxDownloads: 3, maxUploads: 5, attempts: 5 },
    proxies: { http: '', https: 'http://p', no: 'a,b' },
  });
  const settings = readRegistrySettings(
    { 'https-proxy': 'http://q', 'max-concurrent-downloads': 0 },
    { HTTPS_PROXY: 'http://p' },
  );
  expect(settings.proxies.https).toBe('http://q');
  expect(transferLimits(settings)).toEqual({ maxDownloads: Number.POSITIVE_INFINITY, maxUploads: 5 });
});

test('what cannot be is refused', () => {
  const refused: [values: Record<string, unknown>, why: string][] = [
    [{ 'max-concurrent-downloads': -1 }, 'invalid max concurrent downloads: -1'],
    [{ 'max-concurrent-uploads': -1 }, 'invalid max concurrent uploads: -1'],
    [{ 'max-download-attempts': 0 }, 'invalid max download attempts: 0'],
    [{ 'registry-mirrors': ['x'] }, 'invalid mirror: '],
    [{ 'insecure-registries': ['a b'] }, 'insecure registry a b is not valid'],
  ];
  for (const [values, why] of refused) expect(() => readRegistrySettings(values, {})).toThrow(why);
});
