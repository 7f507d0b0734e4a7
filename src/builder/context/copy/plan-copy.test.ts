// What COPY finds in a tree, and when its digest changes.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentDigests } from '../digest/content-digests.ts';
import { plainFiles } from '../plain-files.ts';
import { planCopy } from './plan-copy.ts';

let root: string;
let digests: ContentDigests;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-plan-copy-'));
  digests = new ContentDigests(plainFiles);
  mkdirSync(join(root, 'dir/sub/deep'), { recursive: true });
  mkdirSync(join(root, 'dir2'));
  for (const name of ['home.txt', 'homer.md', 'dir/a.txt', 'dir/b.md', 'dir/sub/x', 'dir/sub/deep/z', 'dir2/a.txt']) {
    writeFileSync(join(root, name), name);
  }
  symlinkSync('dir', join(root, 'ldir'));
  symlinkSync('home.txt', join(root, 'lfile'));
  symlinkSync('../../../etc/passwd', join(root, 'evil'));
  symlinkSync('/dir/sub', join(root, 'dir/labs'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function plan(sources: string[], options: { exclude?: string[]; parents?: boolean } = {}) {
  const { exclude = [], parents = false } = options;
  const selection = { sources, exclude, parents, destination: '/d/', unpack: false };
  return planCopy({ directory: root }, digests.open({ directory: root }), selection);
}

const found = async (...args: Parameters<typeof plan>) =>
  (await plan(...args)).sources.map(({ name, path }) => [path, name]);

describe('planCopy', () => {
  test('takes plain paths, from the root whatever they say', async () => {
    expect(await found(['home.txt', '/dir/a.txt', '../../home.txt', 'dir/sub/../b.md'])).toEqual([
      ['/home.txt', 'home.txt'],
      ['/dir/a.txt', 'a.txt'],
      ['/home.txt', 'home.txt'],
      ['/dir/b.md', 'b.md'],
    ]);
  });

  test('follows links inside the root and keeps their names', async () => {
    expect(await found(['lfile', 'ldir/a.txt', 'dir/labs'])).toEqual([
      ['/home.txt', 'lfile'],
      ['/dir/a.txt', 'a.txt'],
      ['/dir/sub', 'labs'],
    ]);
    await expect(plan(['evil'])).rejects.toThrow('"/evil": not found');
  });

  test('matches wildcards part by part', async () => {
    expect(await found(['hom*'])).toEqual([
      ['/home.txt', 'home.txt'],
      ['/homer.md', 'homer.md'],
    ]);
    expect(await found(['*/a.txt'])).toEqual([
      ['/dir/a.txt', 'a.txt'],
      ['/dir2/a.txt', 'a.txt'],
    ]);
    expect(await found(['d?r', 'dir/[a-b].*'])).toEqual([
      ['/dir', 'dir'],
      ['/dir/a.txt', 'a.txt'],
      ['/dir/b.md', 'b.md'],
    ]);
    expect(await found(['nothing*', 'l*/a.txt'])).toEqual([]);
  });

  test('says what is missing', async () => {
    await expect(plan(['nosuch'])).rejects.toThrow('"/nosuch": not found');
    await expect(plan(['nosuch/*'])).rejects.toThrow('lstat /nosuch: no such file or directory');
    await expect(plan(['a['])).rejects.toThrow('syntax error in pattern');
  });

  test('leaves out of directories what is excluded, but not a source itself', async () => {
    const skipped = async (exclude: string[], source = 'dir') =>
      (await plan([source], { exclude })).sources.map(({ skip = [] }) => [...skip].sort());
    expect(await skipped(['*.txt'])).toEqual([['a.txt']]);
    expect(await skipped(['sub'])).toEqual([['sub']]);
    expect(await skipped(['sub', '!sub/x'])).toEqual([['sub/deep']]);
    expect(await skipped(['sub', '!other'])).toEqual([['sub']]);
    expect(await skipped(['*.txt'], 'home.txt')).toEqual([[]]);
  });

  test('keeps parents, as far as the pivot says', async () => {
    const places = async (source: string) =>
      (await plan([source], { parents: true })).sources.map(({ destination, likeParents = [] }) => [
        destination,
        likeParents.map(parent => parent.destination),
      ]);
    expect(await places('dir/sub/x')).toEqual([['/d/dir/sub/', ['/d/dir', '/d/dir/sub']]]);
    expect(await places('dir/./sub/x')).toEqual([['/d/sub/', ['/d/sub']]]);
    expect(await places('**/a.txt')).toEqual([
      ['/d/dir/', ['/d/dir']],
      ['/d/dir2/', ['/d/dir2']],
    ]);
    expect(await places('dir*/./sub/x')).toEqual([['/d/sub/', ['/d/sub']]]);
    expect(await places('d*/./*.txt')).toEqual([
      ['/d/', []],
      ['/d/', []],
    ]);
  });
});

describe('the digest of a copy', () => {
  const digestOf = async (...args: Parameters<typeof plan>) => (await plan(...args)).digest;

  test('does not see times', async () => {
    const before = await digestOf(['.']);
    utimesSync(join(root, 'dir/a.txt'), 1, 1);
    utimesSync(join(root, 'dir'), 2, 2);
    expect(await digestOf(['.'])).toBe(before);
  });

  test.each([
    ['content', () => writeFileSync(join(root, 'dir/a.txt'), 'other')],
    ['a mode', () => chmodSync(join(root, 'dir/a.txt'), 0o600)],
    ['a name', () => writeFileSync(join(root, 'dir/new'), '')],
    ['a link', () => symlinkSync('x', join(root, 'dir/link'))],
    ['the mode of a directory', () => chmodSync(join(root, 'dir/sub'), 0o700)],
  ])('sees %s', async (_what, change) => {
    const before = await digestOf(['dir']);
    change();
    expect(await digestOf(['dir'])).not.toBe(before);
  });

  test('does not see what is left out or not asked for', async () => {
    const before = [await digestOf(['dir'], { exclude: ['sub'] }), await digestOf(['home.txt'])];
    writeFileSync(join(root, 'dir/sub/x'), 'other');
    writeFileSync(join(root, 'homer.md'), 'other');
    expect([await digestOf(['dir'], { exclude: ['sub'] }), await digestOf(['home.txt'])]).toEqual(before);
  });

  test('takes the word of a tree for the content of its files', async () => {
    const tree = { directory: root, fileDigest: () => `sha256:${'0'.repeat(64)}` as const };
    const selection = { sources: ['home.txt'], exclude: [], parents: false, destination: '/', unpack: false };
    const first = await planCopy(tree, new ContentDigests(plainFiles).open(tree), selection);
    writeFileSync(join(root, 'home.txt'), 'HOME.TXT');
    const second = await planCopy(tree, new ContentDigests(plainFiles).open(tree), selection);
    expect(second.digest).toBe(first.digest);
  });
});
