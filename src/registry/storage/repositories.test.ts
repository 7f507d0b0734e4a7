import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../oci/digest.ts';
import { Repositories } from './repositories.ts';

let root: string;
let repositories: Repositories;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-repositories-'));
  repositories = new Repositories(root);
});
afterEach(() => rmSync(root, { recursive: true }));

test('one that a collection finds empty before the first blob is there is known with it', async () => {
  const digest = sha256('x');
  await repositories.fill('a/b', async repository => {
    repositories.prune('a/b');
    expect(repositories.has('a/b')).toBe(false);
    await repository.blobs.add(digest);
  });
  expect(repositories.names()).toEqual(['a/b']);
  repositories.prune('a/b');
  expect(repositories.has('a/b')).toBe(true);
});

test('what is put into it arrives, whenever collections remove its empty folders', async () => {
  let isOver = false;
  const pruning = (async () => {
    for (; !isOver; await Bun.sleep(0)) repositories.prune('a');
  })();
  try {
    for (let turn = 0; turn < 300; turn++) {
      const digest = sha256(`${turn}`);
      await repositories.fill('a', repository => repository.blobs.add(digest));
      expect(repositories.has('a')).toBe(true);
      expect(repositories.get('a').blobs.remove(digest)).toBe(true);
    }
  } finally {
    isOver = true;
    await pruning;
  }
});
