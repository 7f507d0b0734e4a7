// Carries out a copy into a layer being built.
import { createReadStream, existsSync, lstatSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { type Kernel, specialFiles } from '../../../kernel/index.ts';
import { BerthError, notFound } from '../../../lib/errors.ts';
import { openDecompressed } from '../../../lib/streams/decompress.ts';
import { encodeName } from '../../../lib/tar/names.ts';
import { TreeWriter } from '../../../lib/tar/tree/tree-writer.ts';
import { unpackTree } from '../../../lib/tar/tree/unpack-tree.ts';
import { ViewPlaces } from '../../snapshots/view-places.ts';
import { type CopyJob, type CopyOutcome, type CopySource, directoryMode } from './copy-job.ts';
import { makeDirectories } from './make-directories.ts';
import { TreeCopier } from './tree-copier.ts';

/** Throws `not-found` for a source that is not there, `invalid` where kinds do not fit, `cancelled`. */
export async function copyFiles(job: CopyJob, files: Kernel['files'], signal?: AbortSignal): Promise<CopyOutcome> {
  const copy = new FileCopy(job, files, signal);
  try {
    for (const source of job.sources) await copy.run(source);
  } catch (error) {
    throw asSeenInside(error, job);
  }
  return { files: copy.copier.files, bytes: copy.copier.bytes, taken: copy.taken };
}

/** Where the roots are on the host is nobody's business. */
function asSeenInside(error: unknown, { root, sourceRoot }: CopyJob): unknown {
  if (!(error instanceof Error)) return error;
  const message = error.message.replaceAll(root, '').replaceAll(sourceRoot, '');
  return new BerthError(error instanceof BerthError ? error.kind : 'system', message, { cause: error });
}

class FileCopy {
  readonly copier: TreeCopier;
  taken: string | undefined;
  readonly #job: CopyJob;
  readonly #files: Kernel['files'];
  readonly #signal: AbortSignal | undefined;
  /** What directories get that are made for a copy. */
  readonly #made: Parameters<typeof makeDirectories>[1];
  readonly #parentMode: number;

  constructor(job: CopyJob, files: Kernel['files'], signal: AbortSignal | undefined) {
    const { owner, mode, time, shareAgain } = job;
    this.#job = job;
    this.#files = files;
    this.#signal = signal;
    this.#made = { owner, time, files };
    this.#parentMode = directoryMode(mode);
    const linkPlace = job.shareable ? (target: string) => this.#upperPlace(target) : undefined;
    this.copier = new TreeCopier({ files, owner, mode, time, linkPlace, shareAgain, signal });
  }

  async run(source: CopySource): Promise<void> {
    const { root, sourceRoot, contentsOnly } = this.#job;
    const from = this.#files.openInRoot(sourceRoot, source.path);
    const stats = lstatSync(encodeName(from), { throwIfNoEntry: false });
    if (!stats) throw notFound(`${JSON.stringify(source.path)}: not found`);
    for (const parent of source.likeParents ?? []) this.#makeLike(parent.source, parent.destination);
    const wanted = source.destination ?? this.#job.destination;
    if (source.unpack && (await this.#unpack(from, wanted))) return;
    // The directory of a destination is made first, since links in it may lead elsewhere.
    this.#makeDirectory(wanted.endsWith('/') ? wanted : posix.dirname(wanted), this.#parentMode);
    const place = this.#files.openInRoot(root, wanted);
    const target = statSync(encodeName(place), { throwIfNoEntry: false });
    const isDirectory = stats.isDirectory();
    const inside = target?.isDirectory() && !(isDirectory && contentsOnly);
    const name = source.name ?? posix.basename(source.path);
    const final = inside ? `${place}/${name}` : place;
    if (isDirectory && !target) this.#makeParents(final);
    const { made } = this.#job;
    const places = { source: from, target: final, upperPlace: this.#upperPlace(final) };
    if (made !== undefined && isDirectory && this.copier.take(made, places)) this.taken = final.slice(root.length + 1);
    else await this.copier.copy(from, final, new Set(source.skip));
  }

  /** A destination directory and its parents, inside the root whatever links are on the way. */
  #makeDirectory(path: string, mode?: number): void {
    const place = this.#files.openInRoot(this.#job.root, path);
    makeDirectories(place, { ...this.#made, mode });
  }

  #makeParents(place: string): void {
    makeDirectories(posix.dirname(place), { ...this.#made, mode: this.#parentMode });
  }

  #makeLike(source: string, destination: string): void {
    const from = this.#files.openInRoot(this.#job.sourceRoot, source);
    const place = this.#files.openInRoot(this.#job.root, destination);
    if (existsSync(encodeName(place))) return;
    makeDirectories(place, this.#made);
    this.copier.describe(from, place, lstatSync(encodeName(from), { bigint: true }));
  }

  /** False for what is no archive: then it is copied like any file. */
  async #unpack(from: string, wanted: string): Promise<boolean> {
    const { root, owner } = this.#job;
    if (!lstatSync(encodeName(from)).isFile() || !(await looksLikeArchive(from))) return false;
    this.#makeDirectory(wanted);
    const directory = this.#files.openInRoot(root, wanted).slice(root.length) || '/';
    using places = new ViewPlaces({ files: this.#files, root, directory });
    const writer = new TreeWriter({
      places,
      special: specialFiles(this.#files),
      keepKinds: false,
      owner,
      target: wanted,
    });
    const { stream } = await openDecompressed(createReadStream(encodeName(from), { highWaterMark: 1024 * 1024 }));
    await unpackTree(stream, writer, this.#signal);
    this.copier.files++;
    return true;
  }

  /** The place below the upper directory, when its directory is there: overlay allows no links from other mounts. */
  #upperPlace(target: string): string | undefined {
    const { root, upper } = this.#job;
    return target.startsWith(`${root}/`) ? upper + target.slice(root.length) : undefined;
  }
}

/** Whether a tar reader finds a first member in it, compressed or not. */
async function looksLikeArchive(path: string): Promise<boolean> {
  const source = createReadStream(encodeName(path), { highWaterMark: 64 * 1024 });
  try {
    const { stream } = await openDecompressed(source);
    let head = Buffer.alloc(0);
    for await (const chunk of stream) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= 512) break;
    }
    return head.length >= 512 && hasTarChecksum(head.subarray(0, 512));
  } catch {
    return false;
  } finally {
    source.destroy();
  }
}

/** The checksum of a tar header (POSIX pax): the sum of all bytes, its own field read as spaces. */
function hasTarChecksum(block: Buffer): boolean {
  const written = Number.parseInt(block.toString('latin1', 148, 156).replace(/\0.*$/s, '').trim(), 8);
  let sum = 0;
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] as number);
  return sum === written;
}
