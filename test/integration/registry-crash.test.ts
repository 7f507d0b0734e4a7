// The registry as a process that is killed, cut off and pushed to from all sides: what it said it has it has, whole, and
// what it did not say is not there.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { mediaTypes } from '../../src/oci/descriptor.ts';
import { type Digest, sha256 } from '../../src/oci/digest.ts';
import { eventually } from '../support/eventually.ts';
import { TestRegistry } from '../support/registries/registry.ts';
import { runOk } from '../support/run.ts';
import { Seeded } from '../support/seeded.ts';

let registry: TestRegistry;
beforeEach(async () => {
  registry = await TestRegistry.start();
});
afterEach(() => registry[Symbol.asyncDispose]());

const at = (path: string) => `http://${registry.host}${path}`;
const startUpload = async (name: string) =>
  (await fetch(at(`/v2/${name}/blobs/uploads/`), { method: 'POST' })).headers.get('location') ?? '';
const blobsOnDisk = () => readdirSync(join(registry.folder, 'data', 'content', 'blobs', 'sha256'));
/** How many bytes of an upload are there: `0-0` is said of none, too, and one byte is sent again. */
const endOf = (answer: Response) => {
  const last = Number(answer.headers.get('range')?.split('-')[1]);
  return last === 0 ? 0 : last + 1;
};

/** Begins a PATCH of `blob` from `start` on, whose body ends at `end`; the socket stays open. */
async function beginPatch(target: string, blob: Buffer, start: number, end: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: registry.port });
  socket.on('error', () => {});
  await new Promise(resolve => socket.once('connect', resolve));
  const fields = {
    Host: registry.host,
    'Content-Length': blob.length - start,
    'Content-Range': `${start}-${blob.length - 1}`,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`PATCH ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await new Promise(resolve => socket.write(Buffer.concat([head, blob.subarray(start, end)]), resolve));
  return socket;
}

async function pushImage(name: string, layer: Buffer): Promise<{ digest: Digest; status: number }> {
  const config = Buffer.from(JSON.stringify({ name }));
  for (const blob of [config, layer]) {
    const location = await startUpload(name);
    await fetch(at(`${location}?digest=${sha256(blob)}`), { method: 'PUT', body: blob });
  }
  const describe = (blob: Buffer, mediaType: string) => ({ mediaType, digest: sha256(blob), size: blob.length });
  const manifest = JSON.stringify({
    ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: describe(config, mediaTypes.ociConfig) },
    layers: [describe(layer, mediaTypes.ociLayer)],
  });
  const headers = { 'Content-Type': mediaTypes.ociManifest };
  const put = await fetch(at(`/v2/${name}/manifests/v`), { method: 'PUT', body: manifest, headers });
  return { digest: sha256(manifest), status: put.status };
}

test('killed in the middle of a push, it has nothing half, and the push goes on where it was', async () => {
  const blob = randomBytes(900_000);
  const location = await startUpload('a');
  const socket = await beginPatch(location, blob, 0, 500_000);
  const data = join(registry.folder, 'data', 'content', 'uploads', location.split('/').at(-1) ?? '', 'data');
  await eventually('some of it arrived', () => existsSync(data));
  await registry.kill();
  socket.destroy();
  expect(blobsOnDisk()).toEqual([]);
  await registry.start();
  expect((await fetch(at(`/v2/a/blobs/${sha256(blob)}`))).status).toBe(404);
  const size = endOf(await fetch(at(location)));
  const put = await fetch(at(`${location}?digest=${sha256(blob)}`), { method: 'PUT', body: blob.subarray(size) });
  expect(put.status).toBe(201);
  expect(Buffer.from(await (await fetch(at(`/v2/a/blobs/${sha256(blob)}`))).arrayBuffer()).equals(blob)).toBe(true);
});

test('killed while a crowd sends more than it can take, it knows of each how much it has', async () => {
  const blobs = Array.from({ length: 8 }, () => randomBytes(12_000_000));
  const locations = await Promise.all(blobs.map((_, index) => startUpload(`crowd/${index}`)));
  const folder = join(registry.folder, 'data', 'content', 'uploads');
  const written = (location: string) => {
    const data = join(folder, location.split('/').at(-1) ?? '', 'data');
    return existsSync(data) ? statSync(data).size : 0;
  };
  // Each sends all but the last bytes, and hangs.
  const sockets = blobs.map((blob, index) => beginPatch(locations[index] as string, blob, 0, blob.length - 5_000));
  await eventually('all of it is coming', () => locations.every(location => written(location) > 1_000_000));
  await registry.kill();
  for (const socket of await Promise.allSettled(sockets)) {
    if (socket.status === 'fulfilled') socket.value.destroy();
  }
  expect(blobsOnDisk()).toEqual([]);
  await registry.start();
  for (const [index, blob] of blobs.entries()) {
    const location = locations[index] as string;
    const size = endOf(await fetch(at(location)));
    expect(size).toBeGreaterThan(1_000_000);
    const put = await fetch(at(`${location}?digest=${sha256(blob)}`), { method: 'PUT', body: blob.subarray(size) });
    expect(put.status).toBe(201);
  }
}, 60_000);

test('an upload cut at a random byte, a hundred times over, is no blob until the rest has come', async () => {
  const seeded = new Seeded();
  const blob = randomBytes(400_000);
  const location = await startUpload('cut');
  let there = 0;
  for (let round = 0; round < 100; round++) {
    const upTo = seeded.between(there + 2, there + 3000);
    const socket = await beginPatch(location, blob, there, upTo);
    socket.destroy();
    // What was under way when the connection broke may or may not have arrived; the registry says which.
    const status = await fetch(at(location));
    expect(status.status, `seed ${seeded.seed}`).toBe(204);
    there = endOf(status);
    expect(blobsOnDisk()).toEqual([]);
  }
  await eventually('the rest is taken', async () => {
    const headers = { 'Content-Range': `${there}-${blob.length - 1}` };
    const patch = await fetch(at(location), { method: 'PATCH', body: blob.subarray(there), headers });
    // Some of the last request may have arrived since.
    if (patch.status === 416) there = endOf(patch);
    return patch.status === 202;
  });
  expect((await fetch(at(`${location}?digest=${sha256(blob)}`), { method: 'PUT' })).status).toBe(201);
}, 60_000);

test('killed again and again while everybody pushes, it has every image it said it took', async () => {
  const taken: { name: string; digest: Digest; layer: Buffer }[] = [];
  for (let round = 0; round < 4; round++) {
    const killed = Promise.withResolvers<void>();
    const pushes = Array.from({ length: 6 }, async (_, lane) => {
      for (let turn = 0; turn < 20; turn++) {
        const layer = randomBytes(60_000);
        const name = `r${round}/l${lane}/t${turn}`;
        const pushed = await pushImage(name, layer).catch(() => undefined);
        if (pushed?.status === 201) taken.push({ name, digest: pushed.digest, layer });
        if (taken.length >= (round + 1) * 8) killed.resolve();
        if (!pushed) return;
      }
    });
    await killed.promise;
    await registry.kill();
    await Promise.all(pushes);
    await registry.start();
  }
  for (const { name, digest, layer } of taken) {
    expect((await fetch(at(`/v2/${name}/manifests/v`))).headers.get('docker-content-digest')).toBe(digest);
    const blob = await fetch(at(`/v2/${name}/blobs/${sha256(layer)}`));
    expect(Buffer.from(await blob.arrayBuffer()).equals(layer)).toBe(true);
  }
  // Whatever is a blob on disk has the digest it is called by.
  const folder = join(registry.folder, 'data', 'content', 'blobs', 'sha256');
  const sums = await runOk(['sh', '-c', 'cd "$1" && sha256sum *', '-', folder]);
  for (const line of sums.split('\n')) expect(line).toMatch(/^([0-9a-f]{64}) {2}\1$/);
}, 120_000);

test('its heap is small, and it is the process that was started', async () => {
  const environment = readFileSync(`/proc/${registry.pid}/environ`, 'utf8').split('\0');
  expect(environment.filter(entry => entry.startsWith('BUN_JSC_forceRAMSize='))).toHaveLength(1);
});

test('two processes do not serve one folder', async () => {
  const root = join(registry.folder, 'data');
  await expect(TestRegistry.start({ args: ['--root', root] })).rejects.toThrow('a registry is running');
});
