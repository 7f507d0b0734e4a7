// The floor under images: what curl, gzip and GNU tar need for the same bytes.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOk } from '../../test/support/run.ts';
import { time } from '../subject.ts';

async function inFolder(work: (folder: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-floor-'));
  mkdirSync(join(folder, 'root'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds to unpack a docker-archive and then its layers. */
export function unpackArchive(archive: string): Promise<number> {
  const script = `cd "$1"; tar -xf "$0"; for layer in $(jq -r '.[0].Layers[]' manifest.json); do
    tar --xattrs --xattrs-include='*' -xf "$layer" -C root; done`;
  return inFolder(folder => time(['sh', '-ec', script, archive, folder]));
}

/** Milliseconds to download the layers of an image and unpack them, one after the other. */
export async function downloadAndUnpack(address: string, image: string): Promise<number> {
  const accept = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];
  const url = `http://${address}/v2/${image}`;
  const headers = ['-H', `Accept: ${accept.join(', ')}`];
  const manifest = JSON.parse(await runOk(['curl', '-sf', ...headers, `${url}/manifests/latest`])) as {
    layers: { digest: string }[];
  };
  const script = `cd "$0/root"; for url; do curl -sf "$url" | gzip -dc | tar --xattrs --xattrs-include='*' -x; done`;
  const urls = manifest.layers.map(({ digest }) => `${url}/blobs/${digest}`);
  return inFolder(folder => time(['sh', '-ec', script, folder, ...urls]));
}
