import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentStore } from '../../content/index.ts';
import { sha256 } from '../../oci/digest.ts';
import { openStore } from '../../store/index.ts';
import { ImageRecords } from './image-records.ts';

test('layers are in use while an image stands on them, or on more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-records-'));
  const store = openStore(join(folder, 'db'));
  try {
    const content = new ContentStore(join(folder, 'content'));
    const records = new ImageRecords({ store, content });
    const diffIds = ['a', 'b', 'c'].map(text => sha256(text));
    const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: diffIds } };
    const bytes = Buffer.from(JSON.stringify(config));
    const lease = content.pins.lease();
    await content.put(bytes, { lease });
    const id = sha256(bytes);
    records.put(id, { layers: [] });
    const chain = records.chainIds(id);
    expect([1, 2, 3].map(depth => records.areInUse(chain.slice(0, depth)))).toEqual([true, true, true]);
    expect(records.areInUse([...chain.slice(0, 2), sha256('other')])).toBe(false);
    expect(records.areInUse([...chain, sha256('more')])).toBe(false);
    records.delete(id);
    expect(records.areInUse(chain)).toBe(false);
    lease[Symbol.dispose]();
    await content.settled();
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
});
