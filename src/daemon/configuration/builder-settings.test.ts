import { expect, test } from 'bun:test';
import { readBuilderSettings } from './builder-settings.ts';

test('defaults are those of dockerd', () => {
  expect(readBuilderSettings(undefined)).toEqual({ collection: { enabled: true }, entitlements: ['network.host'] });
});

test('policies are read in old and new words', () => {
  const gc = {
    enabled: true,
    defaultKeepStorage: '20GB',
    policy: [
      { keepStorage: '512MB', filter: ['unused-for=168h'] },
      { reservedSpace: '1GB', maxUsedSpace: 5, minFreeSpace: '1k', keepDuration: '48h', all: true },
    ],
  };
  const { collection } = readBuilderSettings({ gc });
  expect(collection.reserve).toBe(20 * 1024 ** 3);
  expect(collection.rules).toEqual([
    {
      ...{ all: false, filters: ['unused-for=168h'], keepDuration: 0 },
      ...{ reservedSpace: 512 * 1024 ** 2, maxUsedSpace: 0, minFreeSpace: 0 },
    },
    {
      ...{ all: true, filters: [], keepDuration: 48 * 3600 * 1000 },
      ...{ reservedSpace: 1024 ** 3, maxUsedSpace: 5, minFreeSpace: 1024 },
    },
  ]);
  expect(readBuilderSettings({ gc: { enabled: false } }).collection.enabled).toBe(false);
});

test('privileges are granted one by one', () => {
  const entitlements = { 'network-host': false, 'security-insecure': true };
  expect(readBuilderSettings({ entitlements }).entitlements).toEqual(['security.insecure']);
});

test('what makes no sense is named', () => {
  for (const [value, message] of [
    [[], 'builder: expected an object'],
    [{ gcc: {} }, 'builder: unknown key gcc'],
    [{ gc: { policy: {} } }, 'builder.gc.policy: expected a list'],
    [{ gc: { policy: [{ all: 1 }] } }, 'builder.gc.policy[0].all: expected true or false'],
    [{ gc: { policy: [{ keepStorage: 'much' }] } }, 'builder.gc.policy[0].reservedSpace: '],
    [{ gc: { policy: [{ keepDuration: 'long' }] } }, 'builder.gc.policy[0].keepDuration: '],
    [{ gc: { defaultMinFreeSpace: '1GB' } }, 'builder.gc.defaultMinFreeSpace is not supported'],
    [{ entitlements: { device: true } }, 'builder.entitlements.device is not supported'],
  ] as const) {
    expect(() => readBuilderSettings(value)).toThrow(message);
  }
});
