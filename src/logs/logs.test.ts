// Drivers by name, and the driver that keeps nothing.

import { describe, expect, test } from 'bun:test';
import { appendFileSync } from 'node:fs';
import { temporaryTarget } from './driver.suite.ts';
import { Logs } from './logs.ts';

const logs = new Logs();
const read = { follow: false, stdout: true, stderr: true, ended: Promise.resolve() };

describe('logs', () => {
  test('an unknown driver is refused as Docker does', () => {
    expect(() => logs.validate('foo', {})).toThrow('error looking up logging plugin foo: plugin "foo" not found');
  });

  test('none writes nowhere and cannot be read', () => {
    using target = temporaryTarget();
    expect(logs.open({ ...target, driver: 'none' })).toEqual({ path: undefined, format: 'none' });
    expect(() => logs.readBatches({ ...target, ...read, driver: 'none' })).toThrow(
      'configured logging driver does not support reading',
    );
  });

  test('lines come one by one with time and data', async () => {
    using target = temporaryTarget();
    const log = { ...target, driver: 'json-file' };
    appendFileSync(logs.open(log).path!, '1970-01-01T00:00:01.000000002+00:00 stderr F hello\n');
    const entries = await Array.fromAsync(logs.read({ ...log, ...read }));
    expect(entries.map(({ stream, timeNs, data }) => [stream, timeNs, data.toString()])).toEqual([
      ['stderr', 1_000_000_002n, 'hello\n'],
    ]);
    logs.remove(log);
    expect(await Array.fromAsync(logs.read({ ...log, ...read }))).toEqual([]);
  });
});
