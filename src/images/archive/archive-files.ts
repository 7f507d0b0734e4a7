// The files of an image archive, taken in during one pass over the stream: large ones straight into the content store.
import { posix } from 'node:path';
import type { ContentStore, Lease, SharedBytes } from '../../content/index.ts';
import { BerthError, invalid } from '../../lib/errors.ts';
import { type Compression, detectCompression, openDecompressed } from '../../lib/streams/decompress.ts';
import { peek } from '../../lib/streams/peek.ts';
import { release } from '../../lib/streams/release.ts';
import type { TarEntry } from '../../lib/tar/entry.ts';
import { blockSize, isTarStart } from '../../lib/tar/header.ts';
import { readTar } from '../../lib/tar/read-tar.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { mediaTypes } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';

/** Manifests and configurations are smaller, layers larger; what is between does not matter. */
const smallFile = 256 * 1024;
/** Beyond this, small files go to the content store as well. */
const maximumInMemory = 64 * 1024 * 1024;
const largestJson = 32 * 1024 * 1024;

type ArchiveFile = { bytes: Buffer } | { blob: Descriptor } | { linkTo: string };

const layerTypes: Record<Compression, string> = {
  none: mediaTypes.ociLayer,
  gzip: mediaTypes.ociLayerGzip,
  zstd: mediaTypes.ociLayerZstd,
  xz: `${mediaTypes.ociLayer}+xz`,
  bzip2: `${mediaTypes.ociLayer}+bzip2`,
};

/** Where the blobs go, and what keeps them there. */
interface ArchiveStore {
  content: ContentStore;
  lease: Lease;
  /** Hears of each large file that is there; most are layers. */
  onBlob?: (blob: Descriptor) => void;
  /** What a large file that is an archive, not compressed, passes through, if somebody reads along. */
  through?: (path: string, size: number) => SharedBytes | undefined;
}

/** Files by path, links followed. Make it with `readArchiveFiles`. */
export class ArchiveFiles {
  readonly #files: Map<string, ArchiveFile>;
  readonly #content: ContentStore;
  readonly #lease: Lease;

  constructor(files: Map<string, ArchiveFile>, { content, lease }: ArchiveStore) {
    this.#files = files;
    this.#content = content;
    this.#lease = lease;
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** The paths of all files, links not followed. */
  paths(): string[] {
    return [...this.#files.keys()];
  }

  /** A small file (JSON) in memory. Throws `invalid` when it is missing; `what` says what it would have been. */
  async bytes(path: string, what: string): Promise<Buffer> {
    const file = this.#get(path, what);
    if ('bytes' in file) return file.bytes;
    if (file.blob.size > largestJson) throw invalid(`invalid archive: ${what} ${path} is too large`);
    return this.#content.bytes(file.blob.digest);
  }

  /** A JSON document as a blob of the content store, under its digest. Throws `invalid` when it is missing. */
  async store(path: string, what: string): Promise<{ digest: Digest; size: number }> {
    const file = this.#get(path, what);
    return 'blob' in file ? file.blob : this.#content.put(file.bytes, { lease: this.#lease });
  }

  /** A layer as a blob of the content store; its media type says how it is compressed. Throws `invalid`. */
  async layer(path: string, what: string): Promise<Descriptor> {
    const file = this.#get(path, what);
    if ('blob' in file) return file.blob;
    const { digest, size } = await this.#content.put(file.bytes, { lease: this.#lease });
    return { mediaType: layerTypes[detectCompression(file.bytes)], digest, size };
  }

  #get(path: string, what: string): Exclude<ArchiveFile, { linkTo: string }> {
    const file = this.#find(path);
    if (!file) throw invalid(`invalid archive: ${what} ${path} is missing`);
    return file;
  }

  #find(path: string): Exclude<ArchiveFile, { linkTo: string }> | undefined {
    let file = this.#files.get(normalize(path));
    for (let hops = 0; file && 'linkTo' in file; hops++) {
      if (hops > 16) return undefined;
      file = this.#files.get(file.linkTo);
    }
    return file;
  }
}

/**
 * Reads a whole archive (itself plain or compressed). Its layers are on their way to the disk when it returns: who records
 * them waits for `lateSync.settled`. Blobs that turn out to be useless stay in the content store:
 * the caller collects garbage afterwards. Throws `invalid` for a malformed archive, `cancelled` by the signal.
 */
export async function readArchiveFiles(
  source: AsyncIterable<Uint8Array>,
  store: ArchiveStore,
  signal?: AbortSignal,
): Promise<ArchiveFiles> {
  const { stream } = await openDecompressed(source);
  const files = new Map<string, ArchiveFile>();
  let inMemory = 0;
  for await (const { entry, body } of readTar(stream)) {
    if (signal?.aborted) throw new BerthError('cancelled', 'the load was cancelled', { cause: signal.reason });
    const path = normalize(entry.name);
    const link = linkTarget(entry, path);
    if (link !== undefined) {
      // Docker's old archives let a layer point to the same one of another image: `../<id>/layer.tar`.
      files.set(path, { linkTo: link });
    } else if (entry.type === 'file') {
      const small = entry.size <= smallFile && inMemory + entry.size <= maximumInMemory;
      if (small) inMemory += entry.size;
      files.set(path, small ? { bytes: await readAll(body) } : { blob: await ingest(body, entry, store, signal) });
    }
  }
  return new ArchiveFiles(files, store);
}

function linkTarget(entry: TarEntry, path: string): string | undefined {
  if (entry.type === 'link') return normalize(entry.linkName);
  return entry.type === 'symlink' ? normalize(posix.join(posix.dirname(path), entry.linkName)) : undefined;
}

async function ingest(
  body: AsyncIterable<Buffer>,
  entry: TarEntry,
  { content, lease, onBlob, through }: ArchiveStore,
  signal?: AbortSignal,
): Promise<Descriptor> {
  const { start, whole } = await peek(body, blockSize);
  const { size } = entry;
  const compression = detectCompression(start);
  const passage = compression === 'none' && isTarStart(start) ? through?.(entry.name, size) : undefined;
  const { digest } = await content.ingest(passage ? releasing(whole) : whole, {
    ...{ size, lease, late: true, through: passage },
    ...(signal ? { signal } : {}),
  });
  const blob = { mediaType: layerTypes[compression], digest, size };
  onBlob?.(blob);
  return blob;
}

/** What passes through other memory is not needed once the next chunk is asked for. */
async function* releasing(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  for await (const chunk of body) {
    yield chunk;
    release(chunk);
  }
}

async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `./blobs//x` → `blobs/x`; nothing climbs out, there is nothing outside. */
function normalize(path: string): string {
  return posix.normalize(`/${path}`).slice(1).replace(/\/$/, '');
}

/** The layer media type of bytes whose beginning is `start`. */
export function layerMediaType(start: Uint8Array): string {
  return layerTypes[detectCompression(start)];
}
