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
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { invalid } from '../../../lib/errors.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import type { SpecialFiles } from '../../../lib/tar/tree/tree-writer.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { LinkedFiles, PathDigest } from '../../source.ts';
import { isSameEntry } from './same-entry.ts';

/** An entry that is here. */
interface Known {
  readonly entry: TarEntry;
  readonly digest?: Digest | undefined;
  /** The words it was last told in; undefined where they are not true of what came. */
  words: Uint8Array | undefined;
  /** Which update told it last, and as its which entry. */
  turn: number;
  position: number;
}

/** An entry of an update. */
export interface Told {
  readonly entry: TarEntry;
  readonly words: Uint8Array | undefined;
  readonly position: number;
}

/** What of a mirror an update changes. */
interface UpdateParts {
  readonly known: Map<string, Known>;
  readonly digests: Map<string, PathDigest>;
  readonly special: SpecialFiles;
  /** Gives names for files that are not in their place yet. */
  readonly name: () => string;
  /** Paths in the order of the update before, and of this one. */
  readonly before: readonly string[];
  readonly order: string[];
  readonly turn: number;
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
  /** What is derived of the files: an update forgets whatever it changes, and the directories above. */
  readonly digests: Map<string, PathDigest> = new Map();
  /** Layers that share its files. */
  readonly linked: LinkedFiles = { layers: new Set(), movable: false };
  /** Paths as the last update told them. */
  #order: readonly string[] = [];
  #turn = 0;
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
    const order: string[] = [];
    const update = new MirrorUpdate(this.directory, {
      ...{ known: this.#known, digests: this.digests, special: this.#special, name: () => this.#name() },
      ...{ before: this.#order, order, turn: ++this.#turn },
    });
    this.#order = order;
    return update;
  }

  #name(): string {
    this.#temporary++;
    // Beside the tree, so that a temporary file is never part of it.
    return `${this.directory}.${this.#temporary}`;
  }
}

/** One update. Tell every entry with `add`, bring the files it asks for, then `finish`. */
class MirrorUpdate {
  readonly #directory: string;
  readonly #known: Map<string, Known>;
  readonly #special: SpecialFiles;
  readonly #name: () => string;
  readonly #digests: Map<string, PathDigest>;
  readonly #before: readonly string[];
  readonly #order: string[];
  readonly #turn: number;
  /** The entry of the last update that is likely to be told next. */
  #cursor = 0;
  /** Directories whose times are set last, when nothing in them changes any more. */
  readonly #touched = new Set<string>();
  readonly #slice = new TimeSlice();
  #links: Told[] = [];
  /** Told, and not in their place yet. */
  readonly #awaited = new Set<string>();
  /** Links that are told as before: they are made again when what they lead to is another file now. */
  readonly #sameLinks: Known[] = [];
  readonly #replaced = new Set<string>();

  constructor(directory: string, parts: UpdateParts) {
    this.#directory = directory;
    this.#known = parts.known;
    this.#digests = parts.digests;
    this.#special = parts.special;
    this.#name = parts.name;
    this.#before = parts.before;
    this.#order = parts.order;
    this.#turn = parts.turn;
  }

  /**
   * Takes the next entry by the words it is told in, if that is what the last update was told, word for word. False: the
   * words have to be understood, and `add` called.
   */
  repeat(words: Uint8Array): boolean {
    const path = this.#before[this.#cursor];
    const known = path === undefined ? undefined : this.#known.get(path);
    if (!known?.words || Buffer.compare(known.words, words) !== 0) return false;
    this.#cursor++;
    this.#see(known);
    return true;
  }

  /**
   * Takes the next entry; what it was told in is remembered. Gives what is to be received when the bytes of the file are
   * needed. Throws `invalid` for a name that leads out.
   */
  add(entry: TarEntry, words?: Uint8Array): Told | undefined {
    const path = entry.name;
    this.#check(path);
    const known = this.#known.get(path);
    if (known?.turn === this.#turn || this.#awaited.has(path)) throw toldTwice(path);
    if (known) this.#cursor = known.position + 1;
    const kept = words && Buffer.from(words);
    if (known && isSameEntry(known.entry, entry)) {
      known.words = kept;
      this.#see(known);
      return undefined;
    }
    const told = { entry, words: kept, position: this.#order.length };
    this.#order.push(path);
    if (entry.type !== 'file' && entry.type !== 'link') {
      this.#make(told, known?.entry);
      return undefined;
    }
    this.#awaited.add(path);
    if (entry.type === 'file') return told;
    this.#links.push(told);
    return undefined;
  }

  #see(known: Known): void {
    if (known.turn === this.#turn) throw toldTwice(known.entry.name);
    known.turn = this.#turn;
    known.position = this.#order.length;
    this.#order.push(known.entry.name);
    if (known.entry.type === 'link') this.#sameLinks.push(known);
  }

  /** Opens a file that `add` said is needed. */
  receive(told: Told): Incoming {
    const { entry } = told;
    // Where nothing is yet, nothing has to be replaced.
    const temporary = this.#known.has(entry.name) ? this.#name() : this.#at(entry.name);
    const file = openSync(temporary, 'wx', 0o600);
    const hash = createHash('sha256');
    let size = 0;
    // A number that was closed is somebody else's next.
    let isOpen = true;
    const close = () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    };
    return {
      write: data => {
        hash.update(data);
        for (let written = 0; written < data.length; ) written += writeSync(file, data, written);
        size += data.length;
      },
      finish: () => {
        close();
        // A file may have grown or shrunk since it was listed: what came is what counts.
        const words = size === entry.size ? told.words : undefined;
        this.#place(temporary, { ...told, entry: { ...entry, size }, words }, `sha256:${hash.digest('hex')}`);
      },
      abandon: () => {
        close();
        rmSync(temporary, { force: true });
      },
    };
  }

  /** Removes what was not told, sets the times of directories. */
  async finish(): Promise<void> {
    for (const link of this.#links) this.#link(link);
    this.#links = [];
    for (const known of this.#sameLinks) if (this.#replaced.has(known.entry.linkName)) this.#link(known);
    const gone = [...this.#known.keys()].filter(path => this.#known.get(path)?.turn !== this.#turn);
    // What is in a directory first: Bun takes seconds, in one piece, to remove one that is deep.
    for (const path of gone.reverse()) {
      if (this.#slice.used) await this.#slice.pause();
      rmSync(this.#at(path), { recursive: true, force: true });
      this.#known.delete(path);
      this.#forget(path);
      this.#touch(dirname(path));
    }
    for (const path of this.#touched) {
      const entry = this.#known.get(path)?.entry;
      if (entry?.type === 'directory') this.#special.setTimes(this.#at(path), entry);
    }
    this.#touched.clear();
  }

  #make(told: Told, before: TarEntry | undefined): void {
    const { entry } = told;
    if (entry.type === 'directory' && before?.type === 'directory') {
      this.#describe(this.#at(entry.name), entry);
      this.#keep(told);
      this.#touch(entry.name);
      return;
    }
    const temporary = this.#name();
    if (entry.type === 'directory') mkdirSync(temporary, { mode: 0o700 });
    else if (entry.type === 'symlink') symlinkSync(entry.linkName, temporary);
    else this.#special.makeNode(temporary, entry);
    this.#place(temporary, told);
  }

  #link(told: Told): void {
    const { entry } = told;
    this.#check(entry.linkName);
    const target = this.#known.get(entry.linkName);
    if (target?.entry.type !== 'file') {
      throw invalid(`hard link ${entry.name} points to ${entry.linkName}, which is no file of the build context`);
    }
    const temporary = this.#name();
    linkSync(this.#at(entry.linkName), temporary);
    this.#replace(temporary, entry.name);
    this.#keep(told, target.digest);
  }

  /** Gives what was made its owner, mode and time, and puts it where it belongs. */
  #place(temporary: string, told: Told, digest?: Digest): void {
    const { entry } = told;
    this.#describe(temporary, entry);
    this.#replace(temporary, entry.name);
    this.#keep(told, digest);
    if (entry.type === 'directory') this.#touch(entry.name);
  }

  #keep({ entry, position, words }: Told, digest?: Digest): void {
    this.#known.set(entry.name, { entry, digest, words, position, turn: this.#turn });
    this.#forget(entry.name);
  }

  #forget(path: string): void {
    // In directories two thousand deep every name above is long.
    if (this.#digests.size === 0) return;
    for (let at = path; at !== '.'; at = dirname(at)) this.#digests.delete(at);
    this.#digests.delete('');
  }

  #replace(temporary: string, path: string): void {
    const before = this.#known.get(path)?.entry;
    if (before?.type === 'directory') {
      const below = [...this.#known.keys()].filter(name => name.startsWith(`${path}/`));
      for (const name of below.reverse()) {
        rmSync(this.#at(name), { recursive: true, force: true });
        this.#known.delete(name);
        this.#forget(name);
      }
      rmSync(this.#at(path), { recursive: true });
    } else if (before && lstatSync(temporary).isDirectory()) rmSync(this.#at(path));
    if (temporary !== this.#at(path)) renameSync(temporary, this.#at(path));
    this.#replaced.add(path);
    this.#touch(dirname(path));
  }

  #touch(path: string): void {
    this.#touched.add(path);
  }

  #describe(place: string, entry: TarEntry): void {
    if (entry.uid !== 0 || entry.gid !== 0) lchownSync(place, entry.uid, entry.gid);
    if (entry.type !== 'symlink') chmodSync(place, entry.mode & 0o7777);
    this.#setAttributes(place, entry);
    this.#special.setTimes(place, entry);
  }

  /** As with BuildKit, those that cannot be here (labels of the client's host, names of no namespace) are left out. */
  #setAttributes(place: string, { xattrs }: TarEntry): void {
    for (const [name, value] of xattrs ?? []) {
      try {
        this.#special.setXattr?.(place, name, value);
      } catch {}
    }
  }

  /** The directory it lies in must have been told before, and must be one: else a link could lead out. */
  #check(path: string): void {
    const parts = path.split('/');
    if (path === '' || path.includes('\0') || parts.some(part => part === '' || part === '.' || part === '..')) {
      throw invalid(`invalid path in the build context: ${JSON.stringify(path)}`);
    }
    const parent = dirname(path);
    const above = parent === '.' ? undefined : this.#known.get(parent);
    if (parent !== '.' && (above?.entry.type !== 'directory' || above.turn !== this.#turn)) {
      throw invalid(`invalid path in the build context: ${parent} of ${path} is not a directory`);
    }
  }

  #at(path: string): string {
    return `${this.#directory}/${path}`;
  }
}

const toldTwice = (path: string) => invalid(`invalid path in the build context: ${JSON.stringify(path)} is told twice`);
