// What a step took of a tree, told file by file for `--why`.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PathDigest } from '../../source.ts';
import { plainFiles } from '../plain-files.ts';
import { ContentDigests, type TreeDigests } from './content-digests.ts';

/** Of a tree that remembers: looks at all of it are counted. */
class Remembered extends Map<string, PathDigest> {
  rounds = 0;

  override [Symbol.iterator](): MapIterator<[string, PathDigest]> {
    this.rounds++;
    return super[Symbol.iterator]();
  }
}

let directory: string;
let remembered: Remembered;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'berth-content-digests-'));
  for (const path of ['a/one', 'a/b/two', 'a/b/c/three', 'ab/four', 'five', 'six']) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), path);
  }
  remembered = new Remembered();
  await open().digest('');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = () => new ContentDigests(plainFiles).open({ directory, digests: remembered });

async function taken(...paths: string[]): Promise<TreeDigests> {
  const tree = open();
  for (const path of paths) await tree.digest(path);
  return tree;
}
const names = (tree: TreeDigests, limit = 100) => [...(tree.files(limit)?.keys() ?? [])].sort();

test('files below what was taken, at any depth, and of no neighbour that begins alike', async () => {
  expect(names(await taken('a'))).toEqual(['a/b/c/three', 'a/b/two', 'a/one']);
  expect(names(await taken('a/b', 'five', 'a/b/c'))).toEqual(['a/b/c/three', 'a/b/two', 'five']);
  expect(names(await taken(''))).toHaveLength(6);
  expect(names(await taken())).toEqual([]);
});

test('more than are wanted are none', async () => {
  expect((await taken('a')).files(3)?.size).toBe(3);
  expect((await taken('a')).files(2)).toBeUndefined();
  expect((await taken('five', 'six')).files(1)).toBeUndefined();
});

test('files alone are found without a look at the rest of the tree', async () => {
  const tree = await taken('five', 'a/b/two');
  remembered.rounds = 0;
  expect(names(tree)).toEqual(['a/b/two', 'five']);
  expect(remembered.rounds).toBe(0);
});
