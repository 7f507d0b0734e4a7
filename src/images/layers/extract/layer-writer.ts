// Writes the members of a layer archive into a directory that overlay can use as a lower layer.
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  type Stats,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { type Kernel, makeDevice } from '../../../kernel/index.ts';
import { errorCode, errorMessage, invalid } from '../../../lib/errors.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import { encodeName } from '../../../lib/tar/names.ts';
import type { TarEvent } from '../../../lib/tar/reader.ts';
import { ConfinedTree, isTaken, isWhiteoutDevice } from '../../../lib/tar/tree/confined-tree.ts';
import { isOverlayAttribute, opaqueAttribute, opaqueValue, parseWhiteout } from '../whiteout.ts';

const { O_CREAT, O_EXCL, O_WRONLY, S_IFBLK, S_IFCHR } = constants;
const largestId = 0xfffffffe;

export type LayerFiles = Pick<Kernel['files'], 'setXattr' | 'mknod' | 'mkfifo' | 'lutimes'>;

/** An extended attribute that the file system refused. */
export interface SkippedAttribute {
  readonly path: string;
  readonly name: string;
  readonly reason: string;
}

/** More are not told of. */
const toldOf = 100;

/**
 * Takes the events of one archive, in order. Nothing is written outside `root`. Owners, modes (setuid too),
 * attributes and times are set as the archive says; times of directories in `finish`. Directories it does not describe get 0755, root's. Synchronous: the driver
 * decides when to pause. After a failure call `abandon`, and remove the directory.
 */
export class LayerWriter {
  /** What the file system has no place for. */
  readonly skipped: SkippedAttribute[] = [];
  readonly #tree: ConfinedTree;
  readonly #files: LayerFiles;
  readonly #directories = new Map<string, TarEntry>();
  readonly #implied = new Set(['']);
  /** The file being written. */
  #descriptor = -1;
  #relative = '';
  #size = 0;

  constructor(root: string, files: LayerFiles) {
    this.#files = files;
    this.#tree = new ConfinedTree(root, (path, relative, hidesLower) => {
      this.#implied.add(relative);
      lchownSync(encodeName(path), 0, 0);
      chmodSync(encodeName(path), 0o755);
      if (hidesLower) this.#hideLower(path);
    });
  }

  /** Directories the archive did not describe, its root (`''`) perhaps among them; some may not be there any more. */
  get implied(): string[] {
    return [...this.#implied];
  }

  /** Bytes of file content and link targets written so far; hard links count once. */
  get size(): number {
    return this.#size;
  }

  handle(event: TarEvent): void {
    if (event.kind === 'data') this.#write(event.bytes, event.offset);
    else if (event.kind === 'end') this.#closeFile(event.entry);
    else this.#begin(event.entry);
  }

  /** Sets the times of directories, deepest first, since writing into them changed them. */
  finish(): void {
    for (const [relative, entry] of [...this.#directories].reverse()) {
      try {
        this.#setTimes(this.#tree.path(relative), entry);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
      }
    }
  }

  /** Closes what is open. Idempotent. */
  abandon(): void {
    if (this.#descriptor !== -1) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #begin(entry: TarEntry): void {
    checkOwner(entry);
    const parts = ConfinedTree.parts(entry.name);
    const whiteout = parseWhiteout(parts.at(-1) ?? '');
    if (whiteout.kind === 'ignored') return;
    if (whiteout.kind === 'opaque') {
      this.#hideLower(this.#tree.path(this.#tree.directory(parts.slice(0, -1))));
      return;
    }
    if (whiteout.kind === 'hides') {
      this.#hide([...parts.slice(0, -1), whiteout.name], entry);
      return;
    }
    this.#create(entry, this.#tree.place(parts) ?? '');
  }

  #create(entry: TarEntry, relative: string): void {
    if (relative === '' && entry.type !== 'directory') throw invalid(`${entry.name}: not a valid name for a file`);
    this.#directories.delete(relative);
    switch (entry.type) {
      case 'file':
        this.#descriptor = this.#replacing(relative, path => openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o600));
        this.#relative = relative;
        return;
      case 'directory':
        this.#makeDirectory(entry, relative);
        return;
      case 'link':
        this.#makeLink(entry, relative);
        return;
      case 'symlink':
        this.#replacing(relative, path => symlinkSync(encodeName(entry.linkName), path));
        this.#size += Buffer.byteLength(entry.linkName);
        break;
      case 'char':
      case 'block':
      case 'fifo':
        this.#makeNode(entry, relative);
    }
    this.#describe(entry, relative);
  }

  /** Runs a creation; when something is in the way, removes that and tries once more. */
  #replacing<T>(relative: string, create: (path: string | Buffer) => T): T {
    const path = encodeName(this.#tree.path(relative));
    try {
      return create(path);
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    this.#remove(relative);
    return create(path);
  }

  #remove(relative: string): Stats | undefined {
    const removed = this.#tree.remove(relative);
    if (removed && removed.nlink === 1 && !removed.isDirectory()) this.#size -= removed.size;
    return removed;
  }

  #makeDirectory(entry: TarEntry, relative: string): void {
    const path = this.#tree.path(relative);
    const existing = lstatSync(encodeName(path), { throwIfNoEntry: false });
    if (!existing?.isDirectory()) {
      if (existing) this.#remove(relative);
      mkdirSync(encodeName(path), { mode: 0o700 });
      // The layer removed what was below and made a new directory of that name.
      if (existing && isWhiteoutDevice(existing)) this.#hideLower(path);
    }
    this.#describe(entry, relative);
    this.#directories.set(relative, entry);
    this.#implied.delete(relative);
  }

  #makeLink(entry: TarEntry, relative: string): void {
    const target = this.#tree.place(ConfinedTree.parts(entry.linkName));
    if (target === undefined) throw invalid(`${entry.name}: invalid hard link to ${JSON.stringify(entry.linkName)}`);
    if (target === relative) return;
    const source = encodeName(this.#tree.path(target));
    if (!lstatSync(source, { throwIfNoEntry: false })) {
      throw invalid(`${entry.name}: hard link to ${entry.linkName}, which is not in the archive`);
    }
    this.#replacing(relative, path => linkSync(source, path));
  }

  #makeNode(entry: TarEntry, relative: string): void {
    const path = this.#tree.path(relative);
    if (lstatSync(encodeName(path), { throwIfNoEntry: false })) this.#remove(relative);
    if (entry.type === 'fifo') this.#files.mkfifo(path, entry.mode);
    else {
      const type = entry.type === 'char' ? S_IFCHR : S_IFBLK;
      this.#files.mknod(path, type | entry.mode, makeDevice(entry.deviceMajor, entry.deviceMinor));
    }
  }

  /** A whiteout: what this layer itself has under that name stays, for whiteouts speak of lower layers only. */
  #hide(parts: string[], entry: TarEntry): void {
    const relative = this.#tree.place(parts) as string;
    const path = this.#tree.path(relative);
    const existing = lstatSync(encodeName(path), { throwIfNoEntry: false });
    if (existing?.isDirectory()) this.#hideLower(path);
    if (existing) return;
    this.#files.mknod(path, S_IFCHR, 0);
    lchownSync(encodeName(path), entry.uid, entry.gid);
  }

  #hideLower(directory: string): void {
    this.#files.setXattr(directory, opaqueAttribute, opaqueValue);
  }

  /** Owner, then mode (a change of owner clears setuid), then attributes (it clears capabilities), then times. */
  #describe(entry: TarEntry, relative: string): void {
    const path = this.#tree.path(relative);
    const encoded = encodeName(path);
    lchownSync(encoded, entry.uid, entry.gid);
    if (entry.type !== 'symlink') chmodSync(encoded, entry.mode);
    this.#setAttributes(path, entry);
    if (entry.type !== 'directory') this.#setTimes(path, entry);
  }

  #setAttributes(path: string, entry: TarEntry): void {
    for (const [name, value] of entry.xattrs ?? []) {
      if (isOverlayAttribute(name)) continue;
      try {
        this.#files.setXattr(path, name, value);
      } catch (error) {
        const code = errorCode(error);
        if (code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'EPERM') throw error;
        if (this.skipped.length < toldOf) this.skipped.push({ path, name, reason: errorMessage(error) });
      }
    }
  }

  #setTimes(path: string, entry: TarEntry): void {
    if (isSimpleTime(entry)) {
      lutimesSync(encodeName(path), entry.mtime, entry.mtime);
      return;
    }
    const time = BigInt(entry.mtime) * 1_000_000_000n + BigInt(entry.mtimeNanoseconds);
    this.#files.lutimes(path, time, time);
  }

  #write(bytes: Buffer, offset: number): void {
    if (this.#descriptor === -1) return;
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, offset + done);
    }
  }

  #closeFile(entry: TarEntry): void {
    const descriptor = this.#descriptor;
    if (descriptor === -1) return;
    if (entry.sparse) ftruncateSync(descriptor, entry.size);
    fchownSync(descriptor, entry.uid, entry.gid);
    fchmodSync(descriptor, entry.mode);
    const path = this.#tree.path(this.#relative);
    if (entry.xattrs) this.#setAttributes(path, entry);
    if (isSimpleTime(entry)) futimesSync(descriptor, entry.mtime, entry.mtime);
    this.#descriptor = -1;
    closeSync(descriptor);
    if (!isSimpleTime(entry)) this.#setTimes(path, entry);
    this.#size += entry.size;
  }
}

/** What node's calls set exactly; they take a time before 1970 for the present. */
function isSimpleTime({ mtime, mtimeNanoseconds }: TarEntry): boolean {
  return mtimeNanoseconds === 0 && mtime >= 0;
}

function checkOwner({ name, uid, gid }: TarEntry): void {
  if (uid < 0 || gid < 0 || uid > largestId || gid > largestId) throw invalid(`${name}: invalid owner ${uid}:${gid}`);
}
