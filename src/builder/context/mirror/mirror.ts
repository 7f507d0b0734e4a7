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
  /** The words in which the client told of it, where they are remembered. */
  readonly told?: string | undefined;
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
  /** Paths of entries, by the words they were told in. */
  readonly #told = new Map<string, string>();
  #temporary = 0;
  #version = 0;

  constructor(directory: string, special: SpecialFiles) {
    this.directory = directory;
    this.#special = special;
  }

  /** Another one after every change. */
  get version(): string {
    return `${this.directory} ${this.#version}`;
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
    return new MirrorUpdate(this.directory, {
      known: this.#known,
      told: this.#told,
      special: this.#special,
      name: () => this.#name(),
      changed: () => void this.#version++,
    });
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
  readonly #told: Map<string, string>;
  readonly #special: SpecialFiles;
  readonly #name: () => string;
  readonly #changed: () => void;
  readonly #seen = new Set<string>();
  /** Directories whose times are set last, when nothing in them changes any more. */
  readonly #touched = new Set<string>();
  readonly #slice = new TimeSlice();
  #links: TarEntry[] = [];

  constructor(
    directory: string,
    parts: {
      known: Map<string, Known>;
      told: Map<string, string>;
      special: SpecialFiles;
      name: () => string;
      changed: () => void;
    },
  ) {
    this.#directory = directory;
    this.#known = parts.known;
    this.#told = parts.told;
    this.#special = parts.special;
    this.#name = parts.name;
    this.#changed = parts.changed;
  }

  /**
   * Takes the next entry, told in these words; true when the bytes of the file are needed. Throws `invalid` for a name
   * that leads out.
   */
  async add(entry: TarEntry, told?: string): Promise<boolean> {
    const path = entry.name;
    const known = this.#known.get(path);
    this.#seen.add(path);
    this.#check(path);
    if (known && isSameEntry(known.entry, entry)) {
      if (told !== undefined) this.#know(path, { ...known, told });
      return false;
    }
    if (this.#slice.used) await this.#slice.pause();
    if (entry.type === 'file') return true;
    if (entry.type === 'link') this.#links.push(entry);
    else this.#make(entry, known?.entry);
    return false;
  }

  /** Keeps what was told with the very same words before; false when there is no such entry any more. */
  keep(told: string): boolean {
    const path = this.#told.get(told);
    if (path === undefined) return false;
    this.#seen.add(path);
    return true;
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
      this.#changed();
      rmSync(this.#at(path), { recursive: true, force: true });
      this.#unknow(path);
      this.#touch(dirname(path));
    }
    for (const path of this.#touched) {
      const entry = this.#known.get(path)?.entry;
      if (entry?.type === 'directory') this.#special.setTimes(this.#at(path), entry);
    }
    this.#touched.clear();
  }

  #make(entry: TarEntry, before: TarEntry | undefined): void {
    this.#changed();
    if (entry.type === 'directory' && before?.type === 'directory') {
      this.#describe(this.#at(entry.name), entry);
      this.#know(entry.name, { entry });
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
    this.#know(entry.name, { entry, digest: target.digest });
  }

  /** Gives what was made its owner, mode and time, and puts it where it belongs. */
  #place(temporary: string, entry: TarEntry, digest?: Digest): void {
    this.#describe(temporary, entry);
    this.#replace(temporary, entry.name);
    this.#know(entry.name, { entry, digest });
    if (entry.type === 'directory') this.#touch(entry.name);
  }

  #replace(temporary: string, path: string): void {
    this.#changed();
    const before = this.#known.get(path)?.entry;
    if (before?.type === 'directory') {
      rmSync(this.#at(path), { recursive: true });
      for (const name of [...this.#known.keys()]) if (name.startsWith(`${path}/`)) this.#unknow(name);
    } else if (before && lstatSync(temporary).isDirectory()) rmSync(this.#at(path));
    renameSync(temporary, this.#at(path));
    this.#touch(dirname(path));
  }

  #know(path: string, known: Known): void {
    this.#unknow(path);
    this.#known.set(path, known);
    if (known.told !== undefined) this.#told.set(known.told, path);
  }

  #unknow(path: string): void {
    const told = this.#known.get(path)?.told;
    if (told !== undefined) this.#told.delete(told);
    this.#known.delete(path);
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
