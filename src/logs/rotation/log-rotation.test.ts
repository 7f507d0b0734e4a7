// Rotation against a writer that behaves as conmon does: records are written whole, and a wish to reopen is heard later.

import { afterEach, describe, expect, test } from 'bun:test';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { collect, temporaryTarget } from '../driver.suite.ts';
import { createJsonFileDriver } from '../drivers/json-file.ts';

const stamp = '2026-01-01T00:00:00.000000000+00:00';

/** Writes records, and reopens when it gets to it. */
class Writer {
  readonly path: string;
  wishes = 0;
  #fd: number;

  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'a');
  }

  write(text: string, tag = 'F'): void {
    writeSync(this.#fd, `${stamp} stdout ${tag} ${text}\n`);
  }

  /** One wish. */
  hear(): void {
    if (this.wishes === 0) return;
    this.wishes--;
    closeSync(this.#fd);
    this.#fd = openSync(`${this.path}.tmp`, 'w');
    renameSync(`${this.path}.tmp`, this.path);
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 15 s');
    await delay(2);
  }
}

describe('log rotation', () => {
  const closers: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  function setUp(options: Record<string, string>, before?: (path: string) => void) {
    const target = { ...temporaryTarget(), options };
    const driver = createJsonFileDriver();
    const path = driver.open(target).path ?? '';
    before?.(path);
    const writer = new Writer(path);
    const errors: unknown[] = [];
    const rotate = () => {
      const rotation = driver.rotate(target, {
        reopen: () => writer.wishes++ >= 0,
        onError: error => errors.push(error),
      });
      closers.push(() => rotation?.stop());
      return rotation;
    };
    closers.push(() => target[Symbol.dispose]());
    const files = () =>
      readdirSync(target.directory)
        .map(name => name.replace('c1-json.log', ''))
        .sort();
    return { target, driver, path, writer, rotate, files, errors };
  }

  /** Fills the live file with lines from `first` on, and lets the rotation happen. */
  async function fill(o: ReturnType<typeof setUp>, first: number, tag = 'F'): Promise<void> {
    for (let i = first; i < first + 10; i++) o.writer.write(`${i} ${'x'.repeat(100)}`, i === first + 9 ? tag : 'F');
    await until(() => o.writer.wishes > 0);
    o.writer.write(`${first + 10}`);
    o.writer.hear();
  }

  const numbers = (lines: string[]) => lines.map(line => Number(line.slice(2).split(' ')[0]));

  test('files move up, the oldest goes, and what is written before the writer hears is kept', async () => {
    const o = setUp({ 'max-size': '1k', 'max-file': '3' });
    o.rotate();
    for (const first of [0, 11, 22, 33]) await fill(o, first);
    await until(() => o.files().length === 3);
    expect(o.files()).toEqual(['', '.1', '.2']);
    expect(numbers(await collect(o.driver, o.target))).toEqual(Array.from({ length: 22 }, (_, i) => i + 22));
    expect(o.errors).toEqual([]);
  });

  test('compressed files are read as the others, from the end too', async () => {
    const o = setUp({ 'max-size': '1k', 'max-file': '4', compress: 'true' });
    o.rotate();
    for (const first of [0, 11, 22]) await fill(o, first);
    await until(() => o.files().join() === ',.1.gz,.2.gz,.3.gz');
    expect(numbers(await collect(o.driver, o.target))).toEqual(Array.from({ length: 33 }, (_, i) => i));
    expect(numbers(await collect(o.driver, o.target, { tail: 25 }))).toEqual(
      Array.from({ length: 25 }, (_, i) => i + 8),
    );
  });

  test('one file means that what was written is gone, but not for who follows', async () => {
    const o = setUp({ 'max-size': '1k' });
    const ended = Promise.withResolvers<void>();
    const seen: string[] = [];
    const following = collect(o.driver, o.target, { follow: true, ended: ended.promise }, seen);
    o.rotate();
    for (const first of [0, 11, 22]) {
      await fill(o, first);
      await until(() => seen.length === first + 11);
    }
    await until(() => o.files().length === 1);
    expect(await collect(o.driver, o.target)).toEqual([]);
    ended.resolve();
    await following;
    expect(numbers(seen)).toEqual(Array.from({ length: 33 }, (_, i) => i));
  });

  test('a line begun in a file that is gone is whole', async () => {
    const o = setUp({ 'max-size': '1k', 'max-file': '2' });
    o.rotate();
    for (let i = 0; i < 10; i++) o.writer.write('x'.repeat(100));
    await until(() => o.writer.wishes > 0);
    o.writer.write('the beginning ', 'P');
    o.writer.hear();
    o.writer.write('and the end');
    for (const first of [0]) await fill(o, first);
    await until(() => o.files().join() === ',.1,.head');
    expect((await collect(o.driver, o.target))[0]).toBe('o:the beginning and the end');
    await fill(o, 20);
    await until(() => o.files().join() === ',.1');
  });

  test('a writer faster than compression is rotated all the same, and compressed once it is calm', async () => {
    const o = setUp({ 'max-size': '1k', 'max-file': '3', compress: 'true' });
    o.rotate();
    for (const first of [0, 20]) {
      for (let i = 0; i < 20; i++) o.writer.write(`${first + i} ${'x'.repeat(100)}`);
      await until(() => o.writer.wishes > 0);
      // The new file is over its limit before anybody can look.
      const { path, writer } = o;
      writer.wishes = 0;
      writeFileSync(`${path}.full`, `${stamp} stdout F 0 ${'y'.repeat(3000)}\n`);
      renameSync(`${path}.full`, path);
      await until(() => writer.wishes > 0);
      writer.hear();
    }
    await fill(o, 40);
    await until(() => o.files().join() === ',.1.gz,.2.gz');
    expect(o.errors).toEqual([]);
  });

  test('a log that had grown too large before is rotated at once', async () => {
    const o = setUp({ 'max-size': '1k', 'max-file': '2' }, path => writeFileSync(path, 'x\n'.repeat(1000)));
    o.rotate();
    await until(() => o.writer.wishes === 1);
    o.writer.hear();
    expect(readFileSync(`${o.path}.1`, 'utf8')).toHaveLength(2000);
  });

  test('a wish on its way is waited for, one that was never sent is sent', async () => {
    const o = setUp({ 'max-size': '1k', 'max-file': '2' });
    renameSync(o.path, `${o.path}.1`);
    const rotation = o.rotate();
    o.writer.wishes = 1;
    o.writer.hear();
    await rotation?.stop();
    expect(o.writer.wishes).toBe(0);

    renameSync(o.path, `${o.path}.1`);
    o.rotate();
    await until(() => o.writer.wishes === 1);
    o.writer.hear();
    expect(existsSync(o.path)).toBe(true);
  });
});
