// Images made of a few files, put into a registry of a test.

import { gzipSync, zstdCompressSync } from 'node:zlib';
import { encodeTarMember, tarEnd } from '../../../src/lib/tar/writer.ts';
import { type Descriptor, mediaTypes } from '../../../src/oci/descriptor.ts';
import { type Digest, sha256 } from '../../../src/oci/digest.ts';
import type { FaultRegistry } from './fault-registry.ts';

type Packing = 'gzip' | 'zstd' | 'plain';

/** A layer's archive: files by path. */
export function layerArchive(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const members = Object.entries(files).map(([name, content]) =>
    encodeTarMember({ type: 'file', name, mode: 0o644 }, Buffer.from(content)),
  );
  return Buffer.concat([...members, tarEnd()]);
}

const packers = {
  gzip: { pack: (tar: Buffer) => gzipSync(tar, { level: 1 }), mediaType: mediaTypes.ociLayerGzip },
  zstd: { pack: (tar: Buffer) => Buffer.from(zstdCompressSync(tar)), mediaType: mediaTypes.ociLayerZstd },
  plain: { pack: (tar: Buffer) => tar, mediaType: mediaTypes.ociLayer },
} as const;

interface RemoteImage {
  id: Digest;
  digest: Digest;
  layers: Descriptor[];
  /** Of the manifest, for an index. */
  descriptor: Descriptor;
}

/** Puts an image of these layers into the registry; `change` may spoil its configuration or manifest before. */
export function addImage(
  registry: FaultRegistry,
  name: { repository: string; tag: string },
  layers: readonly { tar: Buffer; packing?: Packing }[],
  change: { config?: object; manifest?: object } = {},
): RemoteImage {
  const descriptors = layers.map(({ tar, packing = 'gzip' }) => {
    const { pack, mediaType } = packers[packing];
    return { mediaType, ...registry.addBlob(pack(tar)) };
  });
  const diffIds = layers.map(({ tar }) => sha256(tar));
  const bytes = Buffer.from(
    JSON.stringify({
      ...{ architecture: 'amd64', os: 'linux', config: { Cmd: ['x'] } },
      ...{ rootfs: { type: 'layers', diff_ids: diffIds }, ...change.config },
    }),
  );
  const config = { mediaType: mediaTypes.ociConfig, ...registry.addBlob(bytes) };
  const mediaType = mediaTypes.ociManifest;
  const manifest = { schemaVersion: 2, mediaType, config, layers: descriptors, ...change.manifest };
  const digest = registry.addManifest(name.repository, name.tag, manifest, mediaType);
  const size = Buffer.byteLength(JSON.stringify(manifest));
  return { id: sha256(bytes), digest, layers: descriptors, descriptor: { mediaType, digest, size } };
}
