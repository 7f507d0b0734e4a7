// Registries beside each other: Berth's and Debian's docker-registry, each fresh for every row, under 1, 8 and 32 clients
// at once. A client is a curl that moves the blobs of an image of 200 MB; a push ends with the manifest.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaTypes } from '../src/oci/descriptor.ts';
import { type Digest, sha256 } from '../src/oci/digest.ts';
import { startBerthRegistry, startPeerRegistry, type TestRegistry } from '../test/support/registries/registries.ts';
import { runOk } from '../test/support/run.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { Record } from './rows.ts';
import type { Subject } from './subject.ts';

const megabyte = 1_000_000;
const layerSizes = [100, 60, 30, 10].map(size => size * megabyte);
const crowds = (process.env.BENCH_CROWDS ?? '1,8,32').split(',').map(Number);

interface Blob {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
}

interface Image {
  readonly blobs: readonly Blob[];
  readonly manifest: string;
}

/** The registries as columns of the table. */
export const registrySubjects: readonly Subject[] = ['berth', 'docker-registry'].map(name => ({
  ...{ name, command: [], forcedRemoval: [] },
}));

/** Times in milliseconds, and the most memory that the registry took meanwhile. */
export async function measureRegistries(repeat: number, record: Record): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-registry-'));
  try {
    const image = makeImage(folder);
    for (let turn = 0; turn < repeat; turn++) {
      for (const clients of crowds) {
        for (const subject of registrySubjects) await measureCrowd({ subject, image, clients }, record);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeImage(folder: string): Image {
  const blobs = [200, ...layerSizes].map((size, index) => {
    const path = join(folder, String(index));
    const bytes = randomBytes(size);
    writeFileSync(path, bytes);
    return { path, digest: sha256(bytes), size };
  });
  const [config, ...layers] = blobs.map(({ digest, size }, index) => ({
    mediaType: index === 0 ? mediaTypes.ociConfig : mediaTypes.ociLayerGzip,
    ...{ digest, size },
  }));
  return { blobs, manifest: JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers }) };
}

async function measureCrowd(
  { subject, image, clients }: { subject: Subject; image: Image; clients: number },
  record: Record,
): Promise<void> {
  const open = subject.name === 'berth' ? startBerthRegistry : startPeerRegistry;
  const rows = { push: `${clients} pushing 200 MB`, pull: `${clients} pulling 200 MB` };
  for (const [kind, row] of Object.entries(rows)) {
    await using registry = await open();
    if (!registry) return;
    if (kind === 'pull') await push(registry, image, 'bench');
    const names = Array.from({ length: clients }, (_, index) => `bench/${index}`);
    const memory = new MemoryWatch(registry.pid);
    const started = performance.now();
    await Promise.all(
      names.map(name => (kind === 'pull' ? pull(registry, image, 'bench') : push(registry, image, name))),
    );
    record(row, subject, performance.now() - started);
    const { resident, anonymous } = memory.end();
    record(`${row}, peak RSS MB`, subject, resident);
    record(`${row}, peak anonymous MB`, subject, anonymous);
  }
}

async function push({ address }: TestRegistry, { blobs, manifest }: Image, name: string): Promise<void> {
  for (const { path, digest } of blobs) {
    const opened = await fetch(`http://${address}/v2/${name}/blobs/uploads/`, { method: 'POST' });
    const url = new URL(opened.headers.get('location') ?? '', `http://${address}`);
    url.searchParams.set('digest', digest);
    await runOk(['curl', '-sf', '-H', 'Expect:', '-T', path, url.href], { timeoutMs: 600_000 });
  }
  const response = await fetch(`http://${address}/v2/${name}/manifests/v`, {
    ...{ method: 'PUT', body: manifest, headers: { 'Content-Type': mediaTypes.ociManifest } },
  });
  if (response.status !== 201) throw new Error(`push of a manifest: ${response.status} ${await response.text()}`);
}

async function pull({ address }: TestRegistry, { blobs }: Image, name: string): Promise<void> {
  const urls = blobs.flatMap(({ digest }) => ['-o', '/dev/null', `http://${address}/v2/${name}/blobs/${digest}`]);
  await runOk(['curl', '-sf', ...urls], { timeoutMs: 600_000 });
}
