// An uploaded context: an archive, plain or compressed, or a Dockerfile alone.
import { createHash, type Hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { invalid } from '../../../lib/errors.ts';
import { openDecompressed } from '../../../lib/streams/decompress.ts';
import { untilAborted } from '../../../lib/streams/until-aborted.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import type { TarEvent } from '../../../lib/tar/reader.ts';
import { PlacesInside } from '../../../lib/tar/tree/places-inside.ts';
import { TreeWriter } from '../../../lib/tar/tree/tree-writer.ts';
import { unpackTree } from '../../../lib/tar/tree/unpack-tree.ts';
import type { Digest } from '../../../oci/digest.ts';
import { explainFullDisk } from '../../errors/full-disk.ts';
import type { OpenSourceOptions } from '../../source.ts';
import type { ContextFiles } from './context-files.ts';
import type { Filled } from './filled-source.ts';
import { peekArchive } from './peek-archive.ts';

/** A Dockerfile on its own is not longer than this. */
const longestDockerfile = 16 * 1024 * 1024;

interface UnpackOptions extends Pick<OpenSourceOptions, 'signal' | 'report'> {
  /** Of everything, instead of the archive's owners. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** What progress is about: `transferring context:`. */
  readonly what: string;
  /** What the stream holds when it is no archive: a file of this name. */
  readonly single?: string;
}

/**
 * Fills an empty directory with what the stream holds. Links are kept as they are; nothing is written through one that
 * leads out. Throws `invalid` for a broken archive, `system` for a full disk, `cancelled`.
 */
export async function unpackContext(
  stream: AsyncIterable<Uint8Array>,
  directory: string,
  files: ContextFiles,
  options: UnpackOptions,
): Promise<Filled> {
  const { archive, whole } = await peekArchive(counted(stream, options));
  if (!archive) {
    if (options.single === undefined) throw invalid('the build context is not an archive');
    writeFileSync(`${directory}/${options.single}`, await readAll(whole), { mode: 0o644 });
    return { lone: options.single };
  }
  const { stream: plain } = await openDecompressed(whole);
  const writer = new DigestingWriter(directory, files, options.owner);
  try {
    await unpackTree(plain, writer, options.signal);
  } catch (error) {
    throw explainFullDisk(error, options.what.replace(/:$/, ''));
  }
  return { digests: writer.digests };
}

/** A {@link TreeWriter} that knows what is in the files it wrote. */
class DigestingWriter {
  readonly #writer: TreeWriter;
  readonly #digests = new Map<string, Digest>();
  readonly #links = new Set<string>();
  #hash: Hash | undefined;
  /** A member went through a link: names in the archive are no longer paths on disk. */
  #crooked = false;

  constructor(directory: string, special: ContextFiles, owner: UnpackOptions['owner']) {
    const options = { places: new PlacesInside(directory), special, keepKinds: false, target: 'the build context' };
    this.#writer = new TreeWriter({ ...options, ...(owner === undefined ? {} : { owner }) });
  }

  get digests(): ReadonlyMap<string, Digest> {
    return this.#crooked ? new Map() : this.#digests;
  }

  handle(event: TarEvent): Promise<void> | undefined {
    if (event.kind === 'entry') this.#begin(event.entry);
    else if (event.kind === 'data') this.#hash?.update(event.bytes);
    else if (this.#hash !== undefined) {
      this.#digests.set(pathOf(event.entry), `sha256:${this.#hash.digest('hex')}`);
      this.#hash = undefined;
    }
    return this.#writer.handle(event);
  }

  finish(): void {
    this.#writer.finish();
  }

  abandon(): void {
    this.#writer.abandon();
  }

  #begin(entry: TarEntry): void {
    const path = pathOf(entry);
    if (entry.type === 'symlink') this.#links.add(path);
    if (this.#links.size > 0 && ancestors(path).some(parent => this.#links.has(parent))) this.#crooked = true;
    this.#hash = entry.type === 'file' && !entry.sparse ? createHash('sha256') : undefined;
  }
}

const pathOf = (entry: TarEntry) =>
  entry.name
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/');

function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function* counted(stream: AsyncIterable<Uint8Array>, { report, signal, what }: UnpackOptions) {
  let current = 0;
  let told = 0;
  // Who sends it may say nothing any more.
  for await (const chunk of untilAborted(stream, signal)) {
    yield chunk;
    current += chunk.length;
    if (current - told < 1024 * 1024) continue;
    told = current;
    report({ id: what, current });
  }
  report({ id: what, current, total: current, done: true });
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > longestDockerfile) throw invalid(`dockerfile greater than max allowed size of ${longestDockerfile}`);
  }
  return Buffer.concat(chunks);
}
