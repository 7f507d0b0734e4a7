// One client's directory on our disk, and the update that makes it equal to what the client has now.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { invalid } from '../../../lib/errors.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import type { SpecialFiles } from '../../../lib/tar/tree/tree-writer.ts';
import { TimeSlice } from '../../../lib/time-slice.ts';
import type { Digest } from '../../../oci/digest.ts';
import { isSameEntry } from './same-entry.ts';

/** An entry that is here. */
interface Known {
  readonly entry: TarEntry;
  readonly digest?: Digest | undefined;
}

/** A file whose bytes are wanted, while they come. */
export interface Incoming {
  write(data: Uint8Array): void;
  /** The file is complete: it takes the place of what was there. */
  finish(): void;
  /** It will not come: nothing of it stays. */
  abandon(): void;
}

/**
 * A mirror is used by one update or build at a time. Files are replaced, never changed in place. Names of entries are
 * relative, without `.` and `..`; a directory comes before what is in it, and what comes is in order of its names.
 */
export class Mirror {
  readonly directory: string;
  readonly #special: SpecialFiles;
  readonly #known = new Map<string, Known>();
  #temporary = 0;

  constructor(directory: string, special: SpecialFiles) {
    this.directory = directory;
    this.#special = special;
  }

  /** Bytes of all files. */
  get size(): number {
    let size = 0;
    for (const { entry } of this.#known.values()) size += entry.size;
    return size;
  }

  /** Digest of a file's bytes, for every file that is here. */
  fileDigest(path: string): Digest | undefined {
    return this.#known.get(path)?.digest;
  }

  /** Begins to make it equal to what will be told with `add`. */
  update(): MirrorUpdate {
    return new MirrorUpdate(this.directory, { known: this.#known, special: this.#special, name: () => this.#name() });
  }

  #name(): string {
    this.#temporary++;
    // Beside the tree, so that a temporary file is never part of it.
    return `${this.directory}.${this.#temporary}`;
  }
}

/** One update. Tell every entry with `add`, bring the files it asks for, then `finish`. */
export class MirrorUpdate {
  readonly #directory: string;
  readonly #known: Map<string, Known>;
  readonly #special: SpecialFiles;
  readonly #name: () => string;
  readonly #seen = new Set<string>();
  /** Directories whose times are set last, when nothing in them changes any more. */
  readonly #touched = new Set<string>();
  readonly #slice = new TimeSlice();
  #links: TarEntry[] = [];

  constructor(directory: string, parts: { known: Map<string, Known>; special: SpecialFiles; name: () => string }) {
    this.#directory = directory;
    this.#known = parts.known;
    this.#special = parts.special;
    this.#name = parts.name;
  }

  /** Takes the next entry; true when the bytes of the file are needed. Throws `invalid` for a name that leads out. */
  async add(entry: TarEntry): Promise<boolean> {
    const path = entry.name;
    this.#check(path);
    this.#seen.add(path);
    const known = this.#known.get(path);
    if (known && isSameEntry(known.entry, entry)) return false;
    if (this.#slice.used) await this.#slice.pause();
    if (entry.type === 'file') return true;
    if (entry.type === 'link') this.#links.push(entry);
    else this.#make(entry, known?.entry);
    return false;
  }

  /** Opens a file that `add` said is needed. */
  receive(entry: TarEntry): Incoming {
    const temporary = this.#name();
    const file = openSync(temporary, 'wx', 0o600);
    const hash = createHash('sha256');
    let size = 0;
    return {
      write: data => {
        hash.update(data);
        for (let written = 0; written < data.length; ) written += writeSync(file, data, written);
        size += data.length;
      },
      finish: () => {
        closeSync(file);
        // A file may have grown or shrunk since it was listed: what came is what counts.
        this.#place(temporary, { ...entry, size }, `sha256:${hash.digest('hex')}`);
      },
      abandon: () => {
        closeSync(file);
        rmSync(temporary, { force: true });
      },
    };
  }

  /** Removes what was not told, sets the times of directories. */
  async finish(): Promise<void> {
    for (const entry of this.#links) this.#link(entry);
    this.#links = [];
    for (const path of [...this.#known.keys()]) {
      if (this.#seen.has(path)) continue;
      if (this.#slice.used) await this.#slice.pause();
      rmSync(this.#at(path), { recursive: true, force: true });
      this.#known.delete(path);
      this.#touch(dirname(path));
    }
    for (const path of this.#touched) {
      const entry = this.#known.get(path)?.entry;
      if (entry?.type === 'directory') this.#special.setTimes(this.#at(path), entry);
    }
    this.#touched.clear();
  }

  #make(entry: TarEntry, before: TarEntry | undefined): void {
    if (entry.type === 'directory' && before?.type === 'directory') {
      this.#describe(this.#at(entry.name), entry);
      this.#known.set(entry.name, { entry });
      this.#touch(entry.name);
      return;
    }
    const temporary = this.#name();
    if (entry.type === 'directory') mkdirSync(temporary, { mode: 0o700 });
    else if (entry.type === 'symlink') symlinkSync(entry.linkName, temporary);
    else this.#special.makeNode(temporary, entry);
    this.#place(temporary, entry);
  }

  #link(entry: TarEntry): void {
    this.#check(entry.linkName);
    const target = this.#known.get(entry.linkName);
    if (target?.entry.type !== 'file') {
      throw invalid(`hard link ${entry.name} points to ${entry.linkName}, which is no file of the build context`);
    }
    const temporary = this.#name();
    linkSync(this.#at(entry.linkName), temporary);
    this.#replace(temporary, entry.name);
    this.#known.set(entry.name, { entry, digest: target.digest });
  }

  /** Gives what was made its owner, mode and time, and puts it where it belongs. */
  #place(temporary: string, entry: TarEntry, digest?: Digest): void {
    this.#describe(temporary, entry);
    this.#replace(temporary, entry.name);
    this.#known.set(entry.name, { entry, digest });
    if (entry.type === 'directory') this.#touch(entry.name);
  }

  #replace(temporary: string, path: string): void {
    const before = this.#known.get(path)?.entry;
    if (before?.type === 'directory') {
      rmSync(this.#at(path), { recursive: true });
      for (const name of [...this.#known.keys()]) if (name.startsWith(`${path}/`)) this.#known.delete(name);
    } else if (before && lstatSync(temporary).isDirectory()) rmSync(this.#at(path));
    renameSync(temporary, this.#at(path));
    this.#touch(dirname(path));
  }

  #touch(path: string): void {
    this.#touched.add(path);
  }

  #describe(place: string, entry: TarEntry): void {
    if (entry.uid !== 0 || entry.gid !== 0) lchownSync(place, entry.uid, entry.gid);
    if (entry.type !== 'symlink') chmodSync(place, entry.mode & 0o7777);
    for (const [name, value] of entry.xattrs ?? []) this.#special.setXattr?.(place, name, value);
    this.#special.setTimes(place, entry);
  }

  /** A directory it lies in must have come before, and must be one: else a link could lead out. */
  #check(path: string): void {
    const parts = path.split('/');
    if (path === '' || parts.some(part => part === '' || part === '.' || part === '..')) {
      throw invalid(`invalid path in the build context: ${JSON.stringify(path)}`);
    }
    const parent = dirname(path);
    if (parent !== '.' && this.#known.get(parent)?.entry.type !== 'directory') {
      throw invalid(`invalid path in the build context: ${parent} of ${path} is not a directory`);
    }
  }

  #at(path: string): string {
    return `${this.#directory}/${path}`;
  }
}
