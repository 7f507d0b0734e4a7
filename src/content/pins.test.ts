// Leases and keepers under a collector that may come at any moment.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Seeded } from '../../test/support/seeded.ts';
import { type Digest, sha256 } from '../oci/digest.ts';
import { ContentStore } from './index.ts';

let root: string;
let content: ContentStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-pins-'));
  content = new ContentStore(root);
});
afterEach(async () => {
  await content.settled();
  rmSync(root, { recursive: true, force: true });
});

const collect = () =>
  content.collect((_, error) => {
    throw error;
  });
const bytes = (name: number) => Buffer.from(`blob ${name}`);
const sorted = (digests: Iterable<Digest>) => [...digests].sort();

test('a lease keeps what it was told of until it is disposed, a keeper what it names', async () => {
  const recorded = new Set<Digest>();
  const stop = content.pins.addKeeper(() => recorded);
  const lease = content.pins.lease();
  const { digest } = await content.put(bytes(1), { lease });
  await content.put(bytes(2));
  collect();
  expect(content.list()).toEqual([digest]);
  recorded.add(digest);
  lease[Symbol.dispose]();
  collect();
  expect(content.has(digest)).toBe(true);
  stop();
  collect();
  expect(content.list()).toEqual([]);
  await content.settled();
  expect(readdirSync(join(root, 'ingest'))).toEqual([]);
});

test('whatever the order, nothing kept goes and nothing else stays', async () => {
  const seeded = new Seeded(20);
  const random = () => seeded.next();
  const recorded = new Set<Digest>();
  content.pins.addKeeper(() => recorded);
  const pause = async () => {
    for (let left = Math.floor(random() * 4); left > 0; left--) await new Promise(setImmediate);
  };
  /** A pull: a few blobs, shared with others, found there or fetched; recorded in the end, or not. */
  const pull = async () => {
    using lease = content.pins.lease();
    const wanted = Array.from({ length: 3 }, () => bytes(Math.floor(random() * 8)));
    for (const blob of wanted) {
      const digest = sha256(blob);
      lease.keep(digest);
      if (!content.has(digest)) await content.put(blob, { lease, expected: digest });
      await pause();
    }
    for (const blob of wanted) expect(content.has(sha256(blob))).toBe(true);
    if (random() < 0.6) for (const blob of wanted) recorded.add(sha256(blob));
  };
  const remove = async () => {
    await pause();
    for (const digest of recorded) if (random() < 0.5) recorded.delete(digest);
    collect();
  };
  for (let round = 0; round < 30; round++) {
    await Promise.all([pull(), remove(), pull(), pull(), remove(), pull()]);
    for (const digest of recorded) expect(content.has(digest)).toBe(true);
    collect();
    expect(sorted(content.list())).toEqual(sorted(recorded));
  }
});
