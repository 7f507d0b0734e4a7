// A tar parser that is fed chunks and asked for events: no callbacks and no promises, so that whoever drives it may
// stop between any two events. Reads v7, ustar, pax and GNU archives, long names and sparse files included.
import { invalid } from '../errors.ts';
import { type TarEntry, type TarEntryType, tarEntry } from './entry.ts';
import { blockSize, isZeroBlock, parseHeader, type RawHeader } from './header.ts';
import { decodeName } from './names.ts';
import { type PaxRecords, parsePax, paxNumber, paxText, paxTime } from './pax.ts';
import {
  checkSegments,
  parseOldSparse,
  parsePaxSparse,
  parseSparseExtension,
  parseSparseMap,
  type Segment,
} from './sparse.ts';

/**
 * `entry` starts a member; for files `data` follows (zero or more; `offset` is the place in the file, holes are
 * skipped); `end` closes every member. `bytes` is a view into the chunk that was fed.
 */
export type TarEvent =
  | { kind: 'entry'; entry: TarEntry }
  | { kind: 'data'; offset: number; bytes: Buffer }
  | { kind: 'end'; entry: TarEntry };

type State = 'header' | 'meta' | 'sparse-extension' | 'sparse-map' | 'data' | 'padding' | 'ended';

const maximumMeta = 1024 * 1024;
const maximumSparseMap = 4 * 1024 * 1024;
/** As many as a map of that size can have at most. */
const maximumSegments = maximumSparseMap / 4;
const sparseMapTooLong = 'archive/tar: invalid tar header: sparse map too long';
const endOfFile = 'unexpected EOF';

const types: Record<number, TarEntryType> = {
  0: 'file',
  48: 'file',
  49: 'link',
  50: 'symlink',
  51: 'char',
  52: 'block',
  53: 'directory',
  54: 'fifo',
  55: 'file',
  83: 'file',
};
const kind = { longName: 76, longLink: 75, pax: 120, paxGlobal: 103, oldSparse: 83, volume: 86, dump: 68 };

/** Not reusable: one reader reads one archive. What follows the end marker is ignored. */
export class TarReader {
  #buffer: Buffer = Buffer.alloc(0);
  #state: State = 'header';
  #zeroBlocks = 0;
  /** What the headers before the next member said about it. */
  #longName: string | undefined;
  #longLink: string | undefined;
  #pax: PaxRecords | undefined;
  #metaType = 0;
  #entry: TarEntry | undefined;
  #segments: Segment[] = [];
  #segment = 0;
  /** Bytes of the current segment already seen; bytes of content left in the archive; bytes up to the next block. */
  #inSegment = 0;
  #left = 0;
  #padding = 0;

  /** True after the end marker (two blocks of zeros). */
  get ended(): boolean {
    return this.#state === 'ended';
  }

  /** Gives the next bytes of the archive. Take every event before feeding again; after the last one `chunk` may change. */
  feed(chunk: Buffer): void {
    if (this.#state === 'ended') return;
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
  }

  /** The next event, or undefined when more bytes are needed. Throws `invalid` for a malformed archive. */
  next(): TarEvent | undefined {
    for (;;) {
      const before = this.#state;
      const event = this.#step();
      if (event !== undefined) return event;
      const isShort = this.#state === 'header' ? this.#buffer.length < blockSize : this.#state === before;
      if (isShort) return this.#wait();
    }
  }

  /** What is left of the chunk is part of a header, and the chunk not ours. */
  #wait(): undefined {
    if (this.#buffer.length > 0) this.#buffer = Buffer.from(this.#buffer);
  }

  /** Call when there are no more bytes: throws `invalid` when the archive stopped inside a member. */
  finish(): void {
    if (this.#state === 'ended') return;
    // docker's own command line leaves out the end marker and what should fill up the last file's block.
    const inside = !['header', 'padding'].includes(this.#state) || this.#buffer.length > 0;
    if (inside || this.#pax || this.#longName !== undefined) throw invalid(endOfFile);
  }

  /** One transition; returns without an event and without a change of state when it needs more bytes. */
  #step(): TarEvent | undefined {
    switch (this.#state) {
      case 'header':
        return this.#header();
      case 'meta':
        return this.#meta();
      case 'sparse-extension':
        return this.#sparseExtension();
      case 'sparse-map':
        return this.#sparseMap();
      case 'data':
        return this.#data();
      case 'padding':
        return this.#skipPadding();
      case 'ended':
        return undefined;
    }
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  #header(): TarEvent | undefined {
    if (this.#buffer.length < blockSize) return undefined;
    const block = this.#take(blockSize);
    if (isZeroBlock(block)) {
      this.#zeroBlocks++;
      if (this.#zeroBlocks === 2) this.#end();
      return undefined;
    }
    this.#zeroBlocks = 0;
    const header = parseHeader(block);
    if (header.size < 0) throw invalid('archive/tar: invalid tar header: negative size');
    const { type } = header;
    if (type === kind.longName || type === kind.longLink || type === kind.pax || type === kind.paxGlobal) {
      this.#startMeta(header);
      return undefined;
    }
    return this.#start(header, block);
  }

  #end(): void {
    this.#state = 'ended';
    this.#buffer = Buffer.alloc(0);
  }

  #startMeta(header: RawHeader): void {
    if (header.size > maximumMeta) throw invalid('archive/tar: invalid tar header: extended header too large');
    this.#metaType = header.type;
    this.#left = header.size;
    this.#padding = paddingOf(header.size);
    this.#state = 'meta';
  }

  #meta(): undefined {
    if (this.#buffer.length < this.#left) return;
    const bytes = this.#take(this.#left);
    if (this.#metaType === kind.longName) this.#longName = untilNul(bytes);
    else if (this.#metaType === kind.longLink) this.#longLink = untilNul(bytes);
    // Global headers carry comments in practice; Docker ignores them too. The copy outlives the chunk.
    else if (this.#metaType === kind.pax) this.#pax = parsePax(Buffer.from(bytes));
    this.#left = 0;
    this.#state = 'padding';
  }

  #start(header: RawHeader, block: Buffer): TarEvent | undefined {
    const pax = this.#pax;
    const stored = (pax && paxNumber(pax, 'size')) ?? header.size;
    if (stored < 0) throw invalid('archive/tar: invalid tar header: negative size');
    if (header.type === kind.volume) {
      this.#entry = undefined;
      this.#begin(stored, [{ offset: 0, length: stored }]);
      return undefined;
    }
    const entry = describe(header, pax, this.#longName, this.#longLink);
    this.#longName = this.#longLink = this.#pax = undefined;
    this.#entry = entry;
    const content = entry.type === 'file' ? stored : header.type === kind.dump ? stored : 0;
    entry.size = entry.type === 'file' ? stored : 0;
    this.#begin(content, [{ offset: 0, length: content }]);
    if (header.type === kind.oldSparse) return this.#startOldSparse(block);
    const sparse = pax && entry.type === 'file' ? parsePaxSparse(pax) : undefined;
    if (sparse) return this.#startPaxSparse(sparse);
    return { kind: 'entry', entry };
  }

  /** Sets out to read `stored` bytes of content. */
  #begin(stored: number, segments: Segment[]): void {
    this.#left = stored;
    this.#padding = paddingOf(stored);
    this.#segments = segments;
    this.#segment = this.#inSegment = 0;
    this.#state = 'data';
  }

  #startOldSparse(block: Buffer): TarEvent | undefined {
    const { segments, realSize, extended } = parseOldSparse(block);
    return this.#startSparse(realSize, segments, extended ? 'sparse-extension' : 'data');
  }

  #startPaxSparse(sparse: NonNullable<ReturnType<typeof parsePaxSparse>>): TarEvent | undefined {
    if (sparse.name !== undefined && this.#entry) this.#entry.name = sparse.name;
    return this.#startSparse(sparse.realSize, sparse.segments ?? [], sparse.segments ? 'data' : 'sparse-map');
  }

  #startSparse(realSize: number, segments: Segment[], state: State): TarEvent | undefined {
    const entry = this.#entry as TarEntry;
    entry.sparse = true;
    entry.size = realSize;
    this.#segments = segments;
    this.#state = state;
    return state === 'data' ? this.#sparseReady() : undefined;
  }

  #sparseReady(): TarEvent {
    const entry = this.#entry as TarEntry;
    checkSegments(this.#segments, entry.size, this.#left);
    this.#segments = this.#segments.filter(segment => segment.length > 0);
    this.#state = 'data';
    return { kind: 'entry', entry };
  }

  #sparseExtension(): TarEvent | undefined {
    while (this.#buffer.length >= blockSize) {
      const { segments, extended } = parseSparseExtension(this.#take(blockSize));
      this.#segments.push(...segments);
      if (!extended) return this.#sparseReady();
      if (this.#segments.length > maximumSegments) throw invalid(sparseMapTooLong);
    }
    return undefined;
  }

  #sparseMap(): TarEvent | undefined {
    const map = parseSparseMap(this.#buffer.subarray(0, this.#left));
    if (!map) {
      if (this.#buffer.length >= Math.min(this.#left, maximumSparseMap)) throw invalid(sparseMapTooLong);
      return undefined;
    }
    this.#take(map.taken);
    this.#left -= map.taken;
    this.#segments = map.segments;
    return this.#sparseReady();
  }

  #data(): TarEvent | undefined {
    if (this.#left === 0) return this.#endOfContent();
    if (this.#buffer.length === 0) return undefined;
    const segment = this.#segments[this.#segment] as Segment;
    const bytes = this.#take(Math.min(this.#buffer.length, segment.length - this.#inSegment));
    const offset = segment.offset + this.#inSegment;
    this.#left -= bytes.length;
    this.#inSegment += bytes.length;
    if (this.#inSegment === segment.length) {
      this.#segment++;
      this.#inSegment = 0;
    }
    // Content of what is no file (a volume header, a directory dump) is nobody's.
    return this.#entry?.type === 'file' ? { kind: 'data', offset, bytes } : this.#data();
  }

  #endOfContent(): TarEvent | undefined {
    const entry = this.#entry;
    this.#entry = undefined;
    this.#state = 'padding';
    return entry && { kind: 'end', entry };
  }

  #skipPadding(): undefined {
    this.#padding -= this.#take(Math.min(this.#padding, this.#buffer.length)).length;
    if (this.#padding === 0) this.#state = 'header';
  }
}

function describe(header: RawHeader, pax: PaxRecords | undefined, longName?: string, longLink?: string): TarEntry {
  const name = (pax && paxText(pax, 'path')) ?? longName ?? header.name;
  let type = header.type === kind.dump ? 'directory' : types[header.type];
  if (type === undefined) throw invalid(`unhandled tar header type ${header.type}`);
  if (type === 'file' && name.endsWith('/') && header.type === 0) type = 'directory';
  const linkName = (pax && paxText(pax, 'linkpath')) ?? longLink ?? header.linkName;
  if (name.includes('\0') || linkName.includes('\0')) throw invalid('archive/tar: invalid tar header: NUL in a name');
  const time = pax && paxTime(pax, 'mtime');
  return tarEntry({
    type,
    name,
    linkName: type === 'link' || type === 'symlink' ? linkName : '',
    mode: header.mode & 0o7777,
    uid: (pax && paxNumber(pax, 'uid')) ?? header.uid,
    gid: (pax && paxNumber(pax, 'gid')) ?? header.gid,
    mtime: time?.seconds ?? header.mtime,
    mtimeNanoseconds: time?.nanoseconds ?? 0,
    deviceMajor: header.deviceMajor,
    deviceMinor: header.deviceMinor,
    xattrs: pax && attributes(pax),
  });
}

const attributePrefix = 'SCHILY.xattr.';

function attributes(pax: PaxRecords): Map<string, Buffer> | undefined {
  let found: Map<string, Buffer> | undefined;
  for (const [key, values] of pax) {
    if (!key.startsWith(attributePrefix)) continue;
    found ??= new Map();
    found.set(key.slice(attributePrefix.length), values.at(-1) as Buffer);
  }
  return found;
}

function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return decodeName(bytes, 0, end === -1 ? bytes.length : end);
}
