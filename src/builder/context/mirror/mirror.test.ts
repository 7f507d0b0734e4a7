import { afterEach, beforeEach, expect, test } from 'bun:test';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TarEntry, tarEntry } from '../../../lib/tar/entry.ts';
import { sha256 } from '../../../oci/digest.ts';
import type { Mirror } from './mirror.ts';
import { Mirrors } from './mirrors.ts';

let root: string;
let mirrors: Mirrors;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-mirror-'));
  mirrors = new Mirrors(join(root, 'mirrors'), {
    makeNode: () => {
      throw new Error('no devices here');
    },
    setTimes: (path, entry) => {
      if (entry.type !== 'symlink') utimesSync(path, entry.mtime, entry.mtime);
    },
  });
});
afterEach(() => rmSync(root, { recursive: true }));

type Listed = TarEntry & { content?: string };
const file = (name: string, content: string, mtime = 1): Listed =>
  Object.assign(tarEntry({ type: 'file', name, size: content.length, mtime }), { content });
const folder = (name: string): Listed => tarEntry({ type: 'directory', name, mtime: 5 });

/** What was asked for. */
async function update(mirror: Mirror, entries: Listed[]): Promise<string[]> {
  const work = mirror.update();
  const wanted: Listed[] = [];
  for (const { content, ...entry } of entries) if (await work.add(entry)) wanted.push({ ...entry, content });
  for (const { content = '', ...entry } of wanted) {
    const incoming = work.receive(entry);
    incoming.write(Buffer.from(content));
    incoming.finish();
  }
  await work.finish();
  return wanted.map(({ name }) => name);
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
    const failure = await mirror
      .update()
      .add(tarEntry({ type: 'file', name }))
      .catch(error => error);
    expect(failure).toMatchObject({ kind: 'invalid' });
  }
  const work = mirror.update();
  await work.add(tarEntry({ type: 'symlink', name: 'link', linkName: '/tmp' }));
  const failure = await work.add(tarEntry({ type: 'file', name: 'link/x' })).catch(error => error);
  expect(failure.message).toBe('invalid path in the build context: link of link/x is not a directory');
});

test('a file that does not come leaves what was there', async () => {
  const mirror = mirrors.acquire('k', '');
  await update(mirror, [file('x', 'old')]);
  const work = mirror.update();
  const entry = tarEntry({ type: 'file', name: 'x', size: 3, mtime: 9 });
  expect(await work.add(entry)).toBe(true);
  const incoming = work.receive(entry);
  incoming.write(Buffer.from('n'));
  incoming.abandon();
  expect(readFileSync(join(mirror.directory, 'x'), 'utf8')).toBe('old');
  expect(await update(mirror, [file('x', 'new', 9)])).toEqual(['x']);
  expect(readdirSync(join(root, 'mirrors'))).toHaveLength(1);
});

test('two builds of one client have a mirror each, and the last ones used stay', async () => {
  const [one, two] = [mirrors.acquire('k', ''), mirrors.acquire('k', '')];
  expect(one.directory).not.toBe(two.directory);
  mirrors.release(one);
  expect(mirrors.acquire('k', '')).toBe(one);
  mirrors.release(two);
  for (let count = 0; count < 20; count++) mirrors.release(mirrors.acquire(`k${count}`, ''));
  expect(mirrors.acquire('k', '')).not.toBe(two);
  for (const { name } of [...mirrors.list()]) await mirrors.remove(name);
});

test('what was told in the same words before is kept unread, as long as it is still there', async () => {
  const mirror = mirrors.acquire('k', '');
  const { content: _content, ...entry } = file('a', 'one');
  await update(mirror, [file('a', 'one')]);
  const { version } = mirror;

  const second = mirror.update();
  expect(second.keep('a!')).toBe(false);
  expect(await second.add(entry, 'a!')).toBe(false);
  await second.finish();
  const third = mirror.update();
  expect(third.keep('a!')).toBe(true);
  await third.finish();
  expect(mirror.version).toBe(version);

  await mirror.update().finish();
  expect(mirror.version).not.toBe(version);
  expect(mirror.update().keep('a!')).toBe(false);
});
