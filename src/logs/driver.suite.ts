// What every log driver that can be read must do; each driver runs it with a way to write as the monitor writes.

import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogDriver, LogTarget, ReadOptions } from './driver.ts';

/** Appends one complete line, as if written at `seconds` since 1970. */
export type WriteLine = (path: string, line: { stream: 'stdout' | 'stderr'; text: string; seconds: number }) => void;

const never = new Promise<void>(() => {});

/** The lines as `o:text` or `e:text`, also added to `lines` as they come. */
export async function collect(
  driver: LogDriver,
  target: Omit<LogTarget, 'driver'>,
  options: Partial<ReadOptions> = {},
  lines: string[] = [],
): Promise<string[]> {
  const read = { follow: false, stdout: true, stderr: true, ended: never, ...options };
  for await (const batch of driver.readBatches(target, read)) {
    for (const { stream, data } of batch) lines.push(`${stream[3]}:${data.toString().trimEnd()}`);
  }
  return lines;
}

/** A container's directory for the length of a test. */
export function temporaryTarget(): Omit<LogTarget, 'driver'> & Disposable {
  const directory = mkdtempSync(join(tmpdir(), 'berth-logs-'));
  return {
    ...{ containerId: 'c1', options: {}, directory },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export function describeDriver(name: string, make: () => LogDriver, write: WriteLine): void {
  describe(`log driver ${name}`, () => {
    test('a log that was never written is empty', async () => {
      using target = temporaryTarget();
      expect(await collect(make(), target)).toEqual([]);
      expect(await collect(make(), target, { follow: true, ended: Promise.resolve() })).toEqual([]);
      const gone = { ...target, directory: join(target.directory, 'gone') };
      expect(await collect(make(), gone, { follow: true, ended: Promise.resolve() })).toEqual([]);
    });

    test('lines come back in order, by stream, tail and time', async () => {
      using target = temporaryTarget();
      const driver = make();
      const path = driver.open(target).path!;
      for (let i = 1; i <= 6; i++) write(path, { stream: i % 3 === 0 ? 'stderr' : 'stdout', text: `${i}`, seconds: i });
      const all = ['o:1', 'o:2', 'e:3', 'o:4', 'o:5', 'e:6'];
      expect(await collect(driver, target)).toEqual(all);
      expect(await collect(driver, target, { stdout: false })).toEqual(['e:3', 'e:6']);
      expect(await collect(driver, target, { tail: 2 })).toEqual(['o:5', 'e:6']);
      expect(await collect(driver, target, { tail: 0 })).toEqual([]);
      expect(await collect(driver, target, { tail: 99 })).toEqual(all);
      expect(await collect(driver, target, { since: 3_000_000_000n })).toEqual(all.slice(2));
      expect(await collect(driver, target, { until: 3_000_000_000n })).toEqual(all.slice(0, 3));
      expect(await collect(driver, target, { tail: 3, since: 5_000_000_000n, until: 5_000_000_000n })).toEqual(['o:5']);
    });

    test('following delivers what is written until the end, each line once', async () => {
      using target = temporaryTarget();
      const driver = make();
      const path = driver.open(target).path!;
      const count = 2000;
      const ended = Promise.withResolvers<void>();
      const reading = collect(driver, target, { follow: true, ended: ended.promise });
      for (let i = 0; i < count; i++) {
        write(path, { stream: 'stdout', text: `${i}`, seconds: i });
        if (i % 50 === 0) await new Promise(resolve => setImmediate(resolve));
      }
      ended.resolve();
      expect(await reading).toEqual(Array.from({ length: count }, (_, i) => `o:${i}`));
    });

    test('following can be given up', async () => {
      using target = temporaryTarget();
      const driver = make();
      write(driver.open(target).path!, { stream: 'stdout', text: 'a', seconds: 1 });
      const [stop, lines]: [AbortController, string[]] = [new AbortController(), []];
      const reading = collect(driver, target, { follow: true, signal: stop.signal }, lines);
      while (lines.length === 0) await Bun.sleep(1);
      stop.abort();
      expect(await reading).toEqual(['o:a']);
    });

    test('removing leaves nothing and can be repeated', async () => {
      using target = temporaryTarget();
      const driver = make();
      write(driver.open(target).path!, { stream: 'stdout', text: 'a', seconds: 1 });
      driver.remove(target);
      driver.remove(target);
      expect(await collect(driver, target)).toEqual([]);
    });
  });
}
