// Writes the members of an archive into a tree that exists already, as `docker cp` does: directories are merged,
// everything else is replaced, owners, modes, attributes and times are those of the archive.
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { errorCode, systemError } from '../../errors.ts';
import { type IdMap, idOutside, type Owner } from '../../id-map.ts';
import type { TarEntry } from '../entry.ts';
import { encodeName } from '../names.ts';
import type { TarEvent } from '../reader.ts';
import { removeTree } from './remove-tree.ts';
import { descriptorPath, O_PATH } from './walk-tree.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
const largestId = 0xfffffffe;

/** Where members go, so that nothing leads out of the tree. */
export interface TreePlaces {
  /** A path to the real directory that `parts` lead to, made when missing; good until the next call. */
  directory(parts: readonly string[]): string;
}

/** What node:fs cannot do; no method follows a link. */
export interface SpecialFiles {
  /** A device or fifo with its permission bits. */
  makeNode(path: string, entry: TarEntry): void;
  setTimes(path: string, entry: TarEntry): void;
  /** Undefined where attributes are not kept. */
  setXattr?(path: string, name: string, value: Uint8Array): void;
}

export interface TreeWriterOptions {
  places: TreePlaces;
  special: SpecialFiles;
  /** A directory must not take the place of something else, nor the other way round. */
  keepKinds: boolean;
  /** Owner of everything, instead of the archive's; `undefined` keeps those of the archive. */
  owner?: Owner | undefined;
  /** Owners, of the archive or given, are a container's: the host's are written. */
  ids?: IdMap | undefined;
  /** False where only root may give files away: owners stay whoever writes. */
  setOwners?: boolean;
  /** The name of the directory as messages have it. */
  target: string;
}

/** Takes the events of one archive, in order. After a failure call `abandon`; what was written stays. */
export class TreeWriter {
  readonly #options: TreeWriterOptions;
  readonly #directories = new Map<string, TarEntry>();
  /** The file being written. */
  #file: { descriptor: number; path: string } | undefined;

  constructor(options: TreeWriterOptions) {
    this.#options = options;
  }

  /** Await what it returns, if anything, before the next event. Throws `system` in Docker's words. */
  handle(event: TarEvent): Promise<void> | undefined {
    if (event.kind === 'entry') return this.#begin(event.entry);
    if (event.kind === 'data') this.#write(event.bytes, event.offset);
    else this.#end(event.entry);
    return undefined;
  }

  /** Sets the times of directories, deepest first, since writing into them changed them. */
  finish(): void {
    for (const [name, entry] of [...this.#directories].reverse()) {
      try {
        const place = this.#place(name.split('/'));
        if (place !== undefined) this.#options.special.setTimes(place, entry);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
      }
    }
  }

  /** Removes the file that is not complete. Idempotent. */
  abandon(): void {
    if (!this.#file) return;
    closeSync(this.#file.descriptor);
    unlinkSync(encodeName(this.#file.path));
    this.#file = undefined;
  }

  async #begin(entry: TarEntry): Promise<void> {
    this.#owner(entry);
    const parts = memberParts(entry.name);
    const path = this.#place(parts);
    if (path === undefined) return;
    const there = lstatSync(encodeName(path), { throwIfNoEntry: false });
    if (there) this.#checkKind(entry, parts, there.isDirectory());
    const merged = there?.isDirectory() === true && entry.type === 'directory';
    if (there && !merged) await removeTree(path);
    this.#create(entry, path, merged);
    if (entry.type === 'directory') this.#directories.set(parts.join('/'), entry);
  }

  /** A path to where a member goes; undefined for the tree itself. */
  #place(parts: readonly string[]): string | undefined {
    const base = parts.at(-1);
    return base === undefined ? undefined : `${this.#options.places.directory(parts.slice(0, -1))}/${base}`;
  }

  #checkKind(entry: TarEntry, parts: readonly string[], isDirectory: boolean): void {
    const { keepKinds, target } = this.#options;
    if (!keepKinds || isDirectory === (entry.type === 'directory')) return;
    const name = JSON.stringify(parts.join('/'));
    throw systemError(
      isDirectory
        ? `cannot overwrite directory ${name} with non-directory ${JSON.stringify(target)}`
        : `cannot overwrite non-directory ${name} with directory ${JSON.stringify(target)}`,
    );
  }

  #create(entry: TarEntry, path: string, merged: boolean): void {
    const encoded = encodeName(path);
    switch (entry.type) {
      case 'file':
        this.#file = { path, descriptor: openSync(encoded, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600) };
        return;
      case 'link':
        this.#link(entry, path);
        return;
      case 'directory':
        if (!merged) mkdirSync(encoded, { mode: 0o700 });
        break;
      case 'symlink':
        symlinkSync(encodeName(entry.linkName), encoded);
        break;
      default:
        this.#options.special.makeNode(path, entry);
    }
    this.#describe(entry, path);
  }

  #link(entry: TarEntry, path: string): void {
    const parts = memberParts(entry.linkName);
    const base = parts.at(-1);
    if (base === undefined) throw systemError(`invalid hardlink "${entry.name}" -> "${entry.linkName}"`);
    // The target's directory may push the member's out of reach, so that one is pinned meanwhile.
    const slash = path.lastIndexOf('/');
    const parent = openSync(encodeName(path.slice(0, slash)), O_PATH);
    try {
      const target = `${this.#options.places.directory(parts.slice(0, -1))}/${base}`;
      linkSync(encodeName(target), encodeName(`${descriptorPath(parent)}${path.slice(slash)}`));
    } finally {
      closeSync(parent);
    }
  }

  /** Owner, then mode (a change of owner clears setuid), then attributes (it clears capabilities), then times. */
  #describe(entry: TarEntry, path: string): void {
    const { uid, gid } = this.#owner(entry);
    const setOwners = this.#options.setOwners !== false;
    if (entry.type === 'symlink') {
      if (setOwners) lchownSync(encodeName(path), uid, gid);
    } else {
      // By descriptor: should a link have taken the place, it must not be followed.
      const descriptor = openSync(encodeName(path), O_PATH | O_NOFOLLOW);
      try {
        if (setOwners) chownSync(descriptorPath(descriptor), uid, gid);
        chmodSync(descriptorPath(descriptor), entry.mode);
      } finally {
        closeSync(descriptor);
      }
    }
    this.#setAttributes(entry, path);
    if (entry.type !== 'directory') this.#options.special.setTimes(path, entry);
  }

  /** Who is to own it on the host. Throws `system` for an id that cannot be. */
  #owner(entry: TarEntry): Owner {
    const { owner, ids } = this.#options;
    const { uid, gid } = owner ?? entry;
    if (uid < 0 || gid < 0 || uid > largestId || gid > largestId) {
      throw systemError(`${entry.name}: invalid owner ${uid}:${gid}`);
    }
    if (!ids) return { uid, gid };
    const outside = { uid: idOutside(ids.uid, uid), gid: idOutside(ids.gid, gid) };
    if (outside.uid !== undefined && outside.gid !== undefined) return { uid: outside.uid, gid: outside.gid };
    throw systemError(`${entry.name}: container ID ${uid}:${gid} cannot be mapped to a host ID`);
  }

  #setAttributes(entry: TarEntry, path: string): void {
    const { setXattr } = this.#options.special;
    if (!setXattr) return;
    for (const [name, value] of entry.xattrs ?? []) {
      if (name.startsWith('trusted.overlay.') || name.startsWith('user.overlay.')) continue;
      try {
        setXattr(path, name, value);
      } catch (error) {
        if (!['ENOTSUP', 'EOPNOTSUPP', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
      }
    }
  }

  #write(bytes: Buffer, offset: number): void {
    const descriptor = this.#file?.descriptor;
    if (descriptor === undefined) return;
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
    }
  }

  #end(entry: TarEntry): void {
    if (!this.#file) return;
    const { descriptor, path } = this.#file;
    if (entry.sparse) ftruncateSync(descriptor, entry.size);
    const { uid, gid } = this.#owner(entry);
    if (this.#options.setOwners !== false) fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, entry.mode);
    this.#setAttributes(entry, path);
    closeSync(descriptor);
    this.#file = undefined;
    this.#options.special.setTimes(path, entry);
  }
}

/** The parts of a member's name; throws for one that leads out of the tree. */
function memberParts(name: string): string[] {
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw systemError(`invalid entry name ${JSON.stringify(name)}`);
  }
  return parts;
}
