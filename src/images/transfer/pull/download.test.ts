import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentStore, readGrowing } from '../../../content/index.ts';
import type { Repository } from '../../../distribution/index.ts';
import { Limiter } from '../../../lib/concurrency/limiter.ts';
import { mediaTypes } from '../../../oci/descriptor.ts';
import { sha256 } from '../../../oci/digest.ts';
import { Download } from './download.ts';

let root: string;
let content: ContentStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-download-'));
  content = new ContentStore(root);
});
afterEach(() => rmSync(root, { recursive: true }));

const bytes = Buffer.alloc(2_500_000, 'a layer; ');
const descriptor = { mediaType: mediaTypes.ociLayer, digest: sha256(bytes), size: bytes.length };
const repository = {
  async *blob() {
    for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
  },
} as unknown as Repository;

test('it can be followed from its first byte on, also when somebody has made it a blob', async () => {
  const what = { descriptor, repository, before: Promise.resolve() };
  const download = new Download(what, { content, slots: new Limiter(1) });
  const followed = async () => {
    const { file, sizes } = await download.follow();
    const all = Buffer.concat(await Array.fromAsync(readGrowing(file.fd, sizes)));
    await file.close();
    return all.equals(bytes);
  };
  const early = followed();
  await download.done;
  const published = download.publish(content.pins.lease());
  expect(await Promise.all([early, followed()])).toEqual([true, true]);
  await published;
  expect(await followed()).toBe(true);
  await download.close();
});
