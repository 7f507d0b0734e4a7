import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOk } from '../../test/support/run.ts';
import { sha256 } from '../oci/digest.ts';
import { InProcessRegistry } from './testing/test-registry.ts';

let mountPoint: string;
beforeEach(async () => {
  mountPoint = mkdtempSync(join(tmpdir(), 'berth-disk-full-'));
  await runOk(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'berth-test', mountPoint]);
});
afterEach(async () => {
  await runOk(['umount', '-l', mountPoint]);
  rmdirSync(mountPoint);
});

test('a push that does not fit is refused, leaves nothing, and disturbs no other', async () => {
  await using registry = await InProcessRegistry.start({ root: join(mountPoint, 'data') });
  const large = Buffer.alloc(8_000_000, 'x');
  const open = async () =>
    (await registry.fetch('/v2/a/blobs/uploads/', { method: 'POST' })).headers.get('location') ?? '';
  const put = await registry.fetch(`${await open()}?digest=${sha256(large)}`, { method: 'PUT', body: large });
  expect(put.status).toBe(500);
  expect(JSON.stringify(await put.json())).toContain('no space left on device');
  expect((await registry.fetch(`/v2/a/blobs/${sha256(large)}`)).status).toBe(404);
  expect(readdirSync(join(mountPoint, 'data', 'content', 'blobs', 'sha256'))).toEqual([]);
  // What had arrived is given back, and what was there before the request stays.
  const location = await open();
  expect((await registry.fetch(location, { method: 'PATCH', body: 'small ' })).status).toBe(202);
  expect((await registry.fetch(location, { method: 'PATCH', body: large })).status).toBe(500);
  expect((await registry.fetch(location)).headers.get('range')).toBe('0-5');
  const rest = await registry.fetch(`${location}?digest=${sha256('small blob')}`, { method: 'PUT', body: 'blob' });
  expect(rest.status).toBe(201);
  await registry.pushImage('a', 'v');
});

test('a crowd whose pushes do not fit is told so, and leaves nothing', async () => {
  await using registry = await InProcessRegistry.start({ root: join(mountPoint, 'data') });
  const pushes = Array.from({ length: 8 }, async (_, index) => {
    const blob = Buffer.alloc(6_000_000, String(index));
    const opened = await registry.fetch(`/v2/r${index}/blobs/uploads/`, { method: 'POST' });
    const target = `${opened.headers.get('location')}?digest=${sha256(blob)}`;
    return await registry.fetch(target, { method: 'PUT', body: blob });
  });
  for (const answer of await Promise.all(pushes)) {
    expect(answer.status).toBe(500);
    expect(JSON.stringify(await answer.json())).toContain('no space left on device');
  }
  expect(readdirSync(join(mountPoint, 'data', 'content', 'blobs', 'sha256'))).toEqual([]);
  await registry.pushImage('a', 'v');
});
