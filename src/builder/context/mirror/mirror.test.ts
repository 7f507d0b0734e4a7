import { afterEach, beforeEach, expect, test } from 'bun:test';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TarEntry, tarEntry } from '../../../lib/tar/entry.ts';
import { sha256 } from '../../../oci/digest.ts';
import type { Told } from './asking-order.ts';
import type { Mirror } from './mirror.ts';
import { Mirrors } from './mirrors.ts';

let root: string;
let mirrors: Mirrors;
const special = {
  makeNode: () => {
    throw new Error('no devices here');
  },
  setTimes: (path: string, entry: TarEntry) => {
    if (entry.type !== 'symlink') utimesSync(path, entry.mtime, entry.mtime);
  },
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-mirror-'));
  mirrors = new Mirrors(join(root, 'mirrors'), special);
});
afterEach(async () => {
  await mirrors.settled();
  rmSync(root, { recursive: true });
});

type Listed = TarEntry & { content?: string };
const file = (name: string, content: string, mtime = 1): Listed =>
  Object.assign(tarEntry({ type: 'file', name, size: content.length, mtime }), { content });
const folder = (name: string): Listed => tarEntry({ type: 'directory', name, mtime: 5 });

/** What was asked for. */
async function update(mirror: Mirror, entries: Listed[]): Promise<string[]> {
  const work = mirror.update();
  const wanted: { told: Told; content: string }[] = [];
  for (const { content = '', ...entry } of entries) {
    const told = work.add(entry);
    if (told) wanted.push({ told, content });
  }
  for (const { content, told } of wanted) {
    const incoming = work.receive(told);
    incoming.write(Buffer.from(content));
    incoming.finish();
  }
  await work.finish();
  return wanted.map(({ told }) => told.entry.name);
}

test('only what changed is asked for again, and what is gone goes', async () => {
  const mirror = mirrors.acquire('k', '');
  const first = [folder('a'), file('a/x', 'one'), file('a/y', 'two'), file('b', 'three')];
  expect(await update(mirror, first)).toEqual(['a/x', 'a/y', 'b']);
  expect(mirror.fileDigest('a/x')).toBe(sha256('one'));
  const inode = lstatSync(join(mirror.directory, 'a/x')).ino;
  expect(await update(mirror, first)).toEqual([]);
  expect(await update(mirror, [folder('a'), file('a/x', 'ONE', 2), file('a/y', 'two')])).toEqual(['a/x']);
  expect(lstatSync(join(mirror.directory, 'a/x')).ino).not.toBe(inode);
  expect(readFileSync(join(mirror.directory, 'a/x'), 'utf8')).toBe('ONE');
  expect(readdirSync(mirror.directory)).toEqual(['a']);
  expect(lstatSync(join(mirror.directory, 'a')).mtimeMs).toBe(5000);
  expect(readdirSync(join(root, 'mirrors'))).toHaveLength(1);
});

test('kinds change places', async () => {
  const mirror = mirrors.acquire('k', '');
  await update(mirror, [folder('a'), file('a/x', 'one'), file('b', 'two')]);
  await update(mirror, [tarEntry({ type: 'symlink', name: 'a', linkName: '/etc' }), folder('b'), file('b/y', 'y')]);
  expect(readlinkSync(join(mirror.directory, 'a'))).toBe('/etc');
  expect(readFileSync(join(mirror.directory, 'b/y'), 'utf8')).toBe('y');
  expect(mirror.fileDigest('a/x')).toBeUndefined();
  await update(mirror, [folder('a'), file('a/x', 'again')]);
  expect(readFileSync(join(mirror.directory, 'a/x'), 'utf8')).toBe('again');
});

test('nothing leads out', async () => {
  const mirror = mirrors.acquire('k', '');
  for (const name of ['../x', '/x', 'a/../x', './x', '', 'a//x']) {
    const add = () => mirror.update().add(tarEntry({ type: 'file', name }));
    expect(add).toThrow('invalid path in the build context');
  }
  const work = mirror.update();
  work.add(tarEntry({ type: 'symlink', name: 'link', linkName: '/tmp' }));
  const add = () => work.add(tarEntry({ type: 'file', name: 'link/x' }));
  expect(add).toThrow('invalid path in the build context: link of link/x is not a directory');
});

test('a file that does not come leaves what was there', async () => {
  const mirror = mirrors.acquire('k', '');
  await update(mirror, [file('x', 'old')]);
  const work = mirror.update();
  const entry = tarEntry({ type: 'file', name: 'x', size: 3, mtime: 9 });
  const incoming = work.receive(work.add(entry) as Told);
  incoming.write(Buffer.from('n'));
  incoming.abandon();
  expect(readFileSync(join(mirror.directory, 'x'), 'utf8')).toBe('old');
  expect(await update(mirror, [file('x', 'new', 9)])).toEqual(['x']);
  expect(readdirSync(join(root, 'mirrors'))).toHaveLength(1);
});

test('what is told in the same words is not read again, wherever it stands in the list', async () => {
  const mirror = mirrors.acquire('k', '');
  /** Which entries were known by their words. */
  async function tell(entries: Listed[]): Promise<string[]> {
    const work = mirror.update();
    const repeated: string[] = [];
    for (const { content = '', ...entry } of entries) {
      const words = Buffer.from(`${entry.name} ${entry.mtime}`);
      if (work.repeat(words)) {
        repeated.push(entry.name);
        continue;
      }
      const told = work.add(entry, words);
      if (!told) continue;
      const incoming = work.receive(told);
      incoming.write(Buffer.from(content));
      incoming.finish();
    }
    await work.finish();
    return repeated;
  }
  const list = [folder('a'), file('a/x', 'one'), file('a/y', 'two'), file('b', 'three'), file('c', 'four')];
  expect(await tell(list)).toEqual([]);
  expect(await tell(list)).toEqual(['a', 'a/x', 'a/y', 'b', 'c']);
  const changed = [folder('a'), file('a/new', 'new'), file('a/y', 'TWO', 2), file('b', 'three'), file('c', 'four')];
  expect(await tell(changed)).toEqual(['a', 'b', 'c']);
  expect(readdirSync(join(mirror.directory, 'a')).sort()).toEqual(['new', 'y']);
  expect(readFileSync(join(mirror.directory, 'a/y'), 'utf8')).toBe('TWO');
  expect(await tell(changed)).toEqual(['a', 'a/new', 'a/y', 'b', 'c']);
});

test('a file that was not as long as it was listed is read again', async () => {
  const mirror = mirrors.acquire('k', '');
  const work = mirror.update();
  const words = Buffer.from('words');
  const entry = tarEntry({ type: 'file', name: 'x', size: 3, mtime: 9 });
  const incoming = work.receive(work.add(entry, words) as Told);
  incoming.write(Buffer.from('longer'));
  incoming.finish();
  await work.finish();
  const next = mirror.update();
  expect(next.repeat(words)).toBe(false);
  expect(next.add(entry, words)).toBeDefined();
});

test('files are read again, whatever is here of them, where that is wanted', async () => {
  const mirror = mirrors.acquire('k', '');
  await update(mirror, [folder('a'), file('a/x', 'one')]);
  const work = mirror.update([], { anew: true });
  const words = Buffer.from('words');
  expect(work.repeat(words)).toBe(false);
  expect(work.add(folder('a'))).toBeUndefined();
  const incoming = work.receive(work.add(tarEntry({ type: 'file', name: 'a/x', size: 3, mtime: 1 }), words) as Told);
  incoming.write(Buffer.from('two'));
  incoming.finish();
  await work.finish();
  expect(readFileSync(join(mirror.directory, 'a/x'), 'utf8')).toBe('two');
  expect(mirror.fileDigest('a/x')).toBe(sha256('two'));
});

test('what is derived of files is forgotten when they change, with the directories above', async () => {
  const mirror = mirrors.acquire('k', '');
  const list = [folder('a'), file('a/x', 'one'), folder('b'), file('b/y', 'two')];
  await update(mirror, list);
  const derived = ['', 'a', 'a/x', 'b', 'b/y'];
  for (const path of derived) mirror.digests.set(path, { digest: sha256(path), isDirectory: false });
  await update(mirror, list);
  expect([...mirror.digests.keys()]).toEqual(derived);
  await update(mirror, [folder('a'), file('a/x', 'ONE', 2), folder('b'), file('b/y', 'two')]);
  expect([...mirror.digests.keys()]).toEqual(['b', 'b/y']);
  await update(mirror, [folder('a'), file('a/x', 'ONE', 2)]);
  expect([...mirror.digests.keys()]).toEqual([]);
});

test('two builds of one client have a mirror each, and the last ones used stay', async () => {
  const [one, two] = [mirrors.acquire('k', ''), mirrors.acquire('k', '')];
  expect(one.directory).not.toBe(two.directory);
  mirrors.release(one);
  expect(mirrors.acquire('k', '')).toBe(one);
  mirrors.release(two);
  for (let count = 0; count < 20; count++) mirrors.release(mirrors.acquire(`k${count}`, ''));
  expect(mirrors.acquire('k', '')).not.toBe(two);
});

test('large ones stay as long as there is room for their entries together, the last one in any case', async () => {
  const few = new Mirrors(join(root, 'few'), special, { mirrors: 20, entries: 5 });
  const use = async (key: string, entries: number) => {
    const mirror = few.acquire(key, '');
    await update(
      mirror,
      Array.from({ length: entries }, (_, n) => file(`f${n}`, 'x')),
    );
    few.release(mirror);
  };
  const keys = () => few.list().map(({ key }) => key);
  await use('a', 2);
  await use('b', 3);
  expect(keys()).toEqual(['a', 'b']);
  await use('c', 1);
  expect(keys()).toEqual(['b', 'c']);
  await use('d', 9);
  expect(keys()).toEqual(['d']);
  await few.settled();
});

test('another name of a file is that file, also when only the file has changed', async () => {
  const mirror = mirrors.acquire('k', '');
  const other: Listed = tarEntry({ type: 'link', name: 'other', linkName: 'file', mtime: 1 });
  const content = (name: string) => readFileSync(join(mirror.directory, name), 'utf8');
  expect(await update(mirror, [file('file', 'one'), other])).toEqual(['file']);
  expect(content('other')).toBe('one');
  expect(await update(mirror, [file('file', 'three'), other])).toEqual(['file']);
  expect(content('other')).toBe('three');
  expect(mirror.fileDigest('other')).toBe(sha256('three'));
  expect(await update(mirror, [file('file', 'three'), file('other', 'three')])).toEqual(['other']);
  expect(lstatSync(join(mirror.directory, 'other')).nlink).toBe(1);
});

test('what is told twice, or below what was not told, is refused: it could lead out through what was put in its way', () => {
  const mirror = mirrors.acquire('k', '');
  const outside = join(root, 'outside');
  mkdirSync(outside);
  const link = tarEntry({ type: 'symlink', name: 'a', linkName: outside });
  const told = mirror.update();
  told.add(folder('a'));
  told.add(file('a/x', 'bad'));
  expect(() => told.add(link)).toThrow('told twice');
  expect(() => told.add(file('a/x', 'bad'))).toThrow('told twice');
  expect(() => told.add(file('a/\0', 'bad'))).toThrow('invalid path');
  // From the last update there may be a directory that this one has not told yet, and is going to replace.
  const next = mirror.update();
  expect(() => next.add(file('a/x', 'bad'))).toThrow('a of a/x is not a directory');
  next.add(link);
  expect(() => next.add(file('a/x', 'bad'))).toThrow('a of a/x is not a directory');
  expect(readdirSync(outside)).toEqual([]);
});

test('attributes that cannot be here are left out, and a file that fails is closed once', () => {
  const refused = new Mirrors(join(root, 'refused'), {
    makeNode: () => {},
    setTimes: (path, { name }) => {
      if (name === 'bad') throw new Error(`no times for ${path}`);
    },
    setXattr: () => {
      throw new Error('no such namespace');
    },
  });
  const mirror = refused.acquire('k', '');
  const work = mirror.update();
  const told = (entry: Listed) => work.receive(work.add(entry) as Told);
  told({ ...file('f', ''), xattrs: new Map([['x', Buffer.from('y')]]) }).finish();
  expect(readdirSync(mirror.directory)).toEqual(['f']);
  const bad = told(file('bad', ''));
  expect(() => bad.finish()).toThrow('no times for');
  // Its number is somebody else's by now.
  const other = openSync(join(root, 'other'), 'w');
  bad.abandon();
  expect(writeSync(other, 'still open')).toBe(10);
  closeSync(other);
  expect(readdirSync(mirror.directory)).toEqual(['f']);
});
