// The update that makes a mirror equal to what its client has now, file by file.
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
} from 'node:fs';
import { dirname } from 'node:path';
import type { KeptFile } from '../../../images/index.ts';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { invalid } from '../../../lib/errors.ts';
import { writeStrides } from '../../../lib/files/write-strides.ts';
import type { TarEntry } from '../../../lib/tar/entry.ts';
import type { SpecialFiles } from '../../../lib/tar/tree/tree-writer.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { PathDigest, WantedFiles, WantedPart } from '../../source.ts';
import { type Listing, wantedPlaces } from '../copy/wanted-places.ts';
import { Arrivals } from './arrivals.ts';
import { AskingOrder, type Told } from './asking-order.ts';
import type { Known } from './known.ts';
import { placesAround } from './places-around.ts';
import { isSameEntry } from './same-entry.ts';

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
  /** What is needed soon. */
  readonly wanted: readonly WantedPart[];
  readonly handedFrom?: number;
  /** Files that are here come again. */
  readonly anew?: boolean | undefined;
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
 * One update. Tell every entry with `add` or `repeat`, then `listed`; bring the files that `next` gives meanwhile and after
 * that, in any order, then `finish`.
 */
export class MirrorUpdate {
  readonly #directory: string;
  readonly #known: Map<string, Known>;
  readonly #special: SpecialFiles;
  readonly #name: () => string;
  readonly #digests: Map<string, PathDigest>;
  readonly #before: readonly string[];
  readonly #order: string[];
  readonly #turn: number;
  readonly #anew: boolean;
  /** The entry of the last update that is likely to be told next. */
  #cursor = 0;
  /** Directories whose times are set last, when nothing in them changes any more. */
  readonly #touched = new Set<string>();
  readonly #slice = new TimeSlice();
  readonly #links: Told[] = [];
  /** Links that are told as before: they are made again when what they lead to is another file now. */
  readonly #sameLinks: Known[] = [];
  readonly #replaced = new Set<string>();
  /** Links to files that are still to come, by the paths of those. */
  readonly #linksTo = new Map<string, Told[]>();
  readonly #arrivals: Arrivals;
  readonly #asking: AskingOrder;
  #isListed = false;

  constructor(directory: string, parts: UpdateParts) {
    this.#directory = directory;
    this.#known = parts.known;
    this.#digests = parts.digests;
    this.#special = parts.special;
    this.#name = parts.name;
    this.#before = parts.before;
    this.#order = parts.order;
    this.#turn = parts.turn;
    this.#anew = parts.anew ?? false;
    this.#asking = new AskingOrder(parts.wanted, parts);
    this.#arrivals = new Arrivals(() => this.#setTimes());
  }

  /**
   * Takes the next entry by the words it is told in, if that is what the last update was told, word for word. False: the
   * words have to be understood, and `add` called.
   */
  repeat(words: Uint8Array): boolean {
    const path = this.#before[this.#cursor];
    const known = path === undefined ? undefined : this.#known.get(path);
    if (!known?.words || this.#isAsked(known.entry) || Buffer.compare(known.words, words) !== 0) return false;
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
    if (known?.turn === this.#turn || this.#arrivals.find(path)) throw toldTwice(path);
    if (known) this.#cursor = known.position + 1;
    const kept = words && Buffer.from(words);
    if (known && !this.#isAsked(entry) && isSameEntry(known.entry, entry)) {
      known.words = kept;
      this.#see(known);
      return undefined;
    }
    const told = { entry, words: kept, position: this.#order.length };
    this.#order.push(path);
    // What is there stays until the new one comes.
    if (known) known.turn = this.#turn;
    if (entry.type !== 'file' && entry.type !== 'link') {
      this.#make(told, known?.entry);
      return undefined;
    }
    this.#arrivals.expect(entry);
    if (entry.type === 'link') {
      this.#links.push(told);
      return undefined;
    }
    this.#asking.add(told);
    return told;
  }

  /** Whatever is here of it. */
  #isAsked({ type }: TarEntry): boolean {
    return this.#anew && type === 'file';
  }

  /** The next file to ask for, in the order in which they are wanted; undefined when there is none for now. */
  next(): Told | undefined {
    return this.#asking.take();
  }

  /** Everything was told: removes what was not, and knows from now on what is wanted. Throws `invalid` for a link to no file. */
  async listed(): Promise<void> {
    this.#isListed = true;
    await this.#removeOthers();
    for (const link of this.#links) this.#linkOrWait(link);
    for (const { entry, words, position } of this.#sameLinks) {
      const isOther = this.#replaced.has(entry.linkName) || this.#arrivals.find(entry.linkName);
      if (isOther) this.#linkOrWait({ entry, words, position });
    }
    await this.#asking.sort(this.#listing);
  }

  /** Resolves when what these sources take is here; to be called after `listed`. */
  async here(wanted: WantedFiles): Promise<void> {
    await this.#arrivals.at(await wantedPlaces(this.#listing, wanted));
  }

  /** Nothing is to come any more. */
  get isComplete(): boolean {
    return this.#isListed && this.#arrivals.isOver;
  }

  get #listing(): Listing {
    return {
      entry: path => this.#arrivals.find(path) ?? this.#known.get(path)?.entry,
      paths: () => this.#order,
    };
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
    const temporary = this.#newPlace(told);
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
        writeStrides(file, data);
        size += data.length;
      },
      finish: () => {
        close();
        this.#finish(temporary, told, { size, digest: `sha256:${hash.digest('hex')}` });
      },
      abandon: () => {
        close();
        rmSync(temporary, { force: true });
      },
    };
  }

  /** Takes a file that `add` said is needed from `make`, which makes it at a path. Throws what that throws; it may come otherwise then. */
  async take(told: Told, make: (path: string) => Promise<KeptFile>): Promise<KeptFile> {
    const temporary = this.#newPlace(told);
    const kept = await make(temporary);
    this.#finish(temporary, told, kept);
    return kept;
  }

  /** Where nothing is yet, nothing has to be replaced. */
  #newPlace({ entry: { name } }: Told): string {
    return this.#known.has(name) ? this.#name() : this.#at(name);
  }

  #finish(temporary: string, told: Told, { size, digest }: KeptFile): void {
    const { entry } = told;
    // A file may have grown or shrunk since it was listed: what came is what counts.
    const words = size === entry.size ? told.words : undefined;
    this.#place(temporary, { ...told, entry: { ...entry, size }, words }, digest);
    this.#came(entry.name);
  }

  /** Ends it, when all files are here. */
  async finish(): Promise<void> {
    if (!this.#isListed) await this.listed();
    this.#setTimes();
  }

  async #removeOthers(): Promise<void> {
    const gone = [...this.#known.keys()].filter(path => this.#known.get(path)?.turn !== this.#turn);
    // What is in a directory first: Bun takes seconds, in one piece, to remove one that is deep.
    for (const path of gone.reverse()) {
      if (this.#slice.used) await this.#slice.pause();
      rmSync(this.#at(path), { recursive: true, force: true });
      this.#known.delete(path);
      this.#forget(path);
      this.#touch(dirname(path));
    }
  }

  /** Those of directories that have changed; whatever still comes may change them again. */
  #setTimes(): void {
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

  /** Makes another name of a file; of one that is still to come when that comes. */
  #linkOrWait(link: Told): void {
    const { linkName, name } = link.entry;
    this.#check(linkName);
    const coming = this.#arrivals.find(linkName);
    if ((coming ?? this.#known.get(linkName)?.entry)?.type !== 'file') {
      throw invalid(`hard link ${name} points to ${linkName}, which is no file of the build context`);
    }
    if (coming) {
      this.#arrivals.expect(link.entry);
      this.#linksTo.set(linkName, [...(this.#linksTo.get(linkName) ?? []), link]);
      return;
    }
    this.#link(link);
    this.#arrivals.came(name);
  }

  #link(link: Told): void {
    const { linkName, name } = link.entry;
    const temporary = this.#name();
    linkSync(this.#at(linkName), temporary);
    this.#replace(temporary, name);
    this.#keep(link, this.#known.get(linkName)?.digest);
  }

  /** A file is in its place; so are its other names, after this. */
  #came(path: string): void {
    this.#arrivals.came(path);
    for (const link of this.#linksTo.get(path) ?? []) {
      this.#link(link);
      this.#arrivals.came(link.entry.name);
    }
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
    for (const place of placesAround(path)) this.#digests.delete(place);
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
