// The json-file driver: the common suite, rotation, and the refusal of options in Docker's words.

import { describe, expect, test } from 'bun:test';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { collect, describeDriver, temporaryTarget, type WriteLine } from '../driver.suite.ts';
import { createJsonFileDriver } from './json-file.ts';

const record = (seconds: number, rest: string) =>
  `${new Date(seconds * 1000).toISOString().replace('Z', '000000+00:00')} ${rest}\n`;
const write: WriteLine = (path, { stream, text, seconds }) =>
  appendFileSync(path, record(seconds, `${stream} F ${text}`));

describeDriver('json-file', createJsonFileDriver, write);

describe('json-file', () => {
  test('a tail counts a line without its newline, and crosses blocks and rotated files', async () => {
    using target = temporaryTarget();
    const driver = createJsonFileDriver();
    const path = driver.open(target).path!;
    const lines = Array.from({ length: 3000 }, (_, i) => record(i, `stdout F ${i} ${'x'.repeat(100)}`));
    writeFileSync(`${path}.2`, lines.slice(0, 1000).join(''));
    writeFileSync(`${path}.1`, lines.slice(1000, 2000).join(''));
    writeFileSync(path, lines.slice(2000).join('') + record(3000, 'stdout P open'));
    const numbers = async (tail?: number) =>
      (await collect(driver, target, { tail })).map(line => line.slice(2).split(' ')[0]);
    const expected = [...Array.from({ length: 3000 }, (_, i) => `${i}`), 'open'];
    expect(await numbers()).toEqual(expected);
    for (const tail of [1, 2, 900, 1001, 1002, 2500, 3001, 4000])
      expect(await numbers(tail)).toEqual(expected.slice(-tail));
  });

  test('following loses and repeats nothing while the log is rotated', async () => {
    using target = temporaryTarget();
    const driver = createJsonFileDriver();
    const path = driver.open(target).path!;
    const ended = Promise.withResolvers<void>();
    const seen: string[] = [];
    const reading = collect(driver, target, { follow: true, ended: ended.promise }, seen);
    const count = 3000;
    for (let i = 0; i < count; i++) {
      write(path, { stream: 'stdout', text: `${i}`, seconds: i });
      if (i % 100 === 99) {
        for (const n of [9, 8, 7, 6, 5, 4, 3, 2, 1]) {
          if (i >= n * 100 + 99) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
        }
        renameSync(path, `${path}.1`);
        write(`${path}.1`, { stream: 'stdout', text: `${i} late`, seconds: i });
        // Ten rotated files are kept here: a reader further behind could not see them all.
        while (i - seen.length > 500) await turn();
      }
    }
    ended.resolve();
    const expected = Array.from({ length: count }, (_, i) => (i % 100 === 99 ? [`o:${i}`, `o:${i} late`] : [`o:${i}`]));
    await reading;
    expect(seen).toEqual(expected.flat());
  });

  test('a truncated log is followed from its start', async () => {
    using target = temporaryTarget();
    const driver = createJsonFileDriver();
    const path = driver.open(target).path!;
    write(path, { stream: 'stdout', text: 'before the truncation', seconds: 1 });
    const ended = Promise.withResolvers<void>();
    const seen: string[] = [];
    const options = { follow: true, stdout: true, stderr: true, ended: ended.promise };
    for await (const batch of driver.readBatches(target, options)) {
      seen.push(...batch.map(line => line.data.toString()));
      if (seen.length === 1) writeFileSync(path, record(2, 'stdout F x'));
      if (seen.length === 2) ended.resolve();
    }
    expect(seen).toEqual(['before the truncation\n', 'x\n']);
  });

  const driver = createJsonFileDriver();
  const atStart = 'failed to create task for container: failed to initialize logging driver: ';
  test.each([
    [{ foo: '1' }, "unknown log opt 'foo' for json-file log driver"],
    [{ mode: 'foo' }, 'logger: logging mode not supported: foo'],
    [{ 'max-buffer-size': '4m' }, "logger: max-buffer-size option is only supported with 'mode=non-blocking'"],
    [{ mode: 'non-blocking', 'max-buffer-size': 'foo' }, "error parsing option max-buffer-size: invalid size: 'foo'"],
  ])('refuses %j', (options: Record<string, string>, message) => {
    expect(() => driver.validate(options)).toThrow(message);
  });

  test.each([
    [{ 'max-size': 'foo' }, `${atStart}invalid size: 'foo'`],
    [{ 'max-size': '-5' }, `${atStart}invalid size: '-5'`],
    [{ 'max-file': '0' }, `${atStart}max-file cannot be less than 1`],
    [{ 'max-file': 'foo' }, `${atStart}strconv.Atoi: parsing "foo": invalid syntax`],
    [{ compress: 'x' }, `${atStart}strconv.ParseBool: parsing "x": invalid syntax`],
    [{ compress: 'true' }, `${atStart}compress cannot be true when max-file is less than 2 or max-size is not set`],
  ])('refuses to open with %j', (options: Record<string, string>, message) => {
    driver.validate(options);
    expect(() => driver.open({ containerId: 'c', directory: '/', options })).toThrow(message);
    expect(driver.path({ containerId: 'c', directory: '/', options })).toBe('/c-json.log');
  });

  test('accepts what Docker accepts', () => {
    const options = {
      'max-size': '10m',
      'max-file': '3',
      compress: 'true',
      labels: 'a,b',
      tag: '{{.ID}}',
      mode: 'blocking',
    };
    driver.validate(options);
    expect(driver.open({ containerId: 'c', directory: '/d', options }).path).toBe('/d/c-json.log');
  });
});
