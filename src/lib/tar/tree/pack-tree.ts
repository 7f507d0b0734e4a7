// Files of a tree as a tar stream, made in small portions of time and handed out in large pieces.
import { closeSync, constants, openSync, read, readSync } from 'node:fs';
import { TimeSlice } from '../../concurrency/time-slice.ts';
import { BerthError, errorCode } from '../../errors.ts';
import { type IdMap, idInside } from '../../id-map.ts';
import { type TarEntry, tarEntry } from '../entry.ts';
import { encodeName } from '../names.ts';
import type { Segment } from '../sparse.ts';
import { encodeSparseHeader, encodeTarHeader, tarEnd, tarPadding } from '../writer.ts';
import { type AttributeReader, describeNode } from './describe-node.ts';
import { HardLinks } from './hard-links.ts';
import type { TreeNode } from './walk-tree.ts';

/** Gathered before it is handed out; files up to this size are read at once. */
const batchSize = 64 * 1024;
const readSize = 256 * 1024;

/** A node to be archived as it is, or a member without a file behind it (a whiteout). */
export type PackItem =
  | TreeNode
  | { entry: Partial<TarEntry> & Pick<TarEntry, 'type' | 'name'> }
  /** Members as this would make them, in a file. */
  | { members: { descriptor: number; size: number } };

export interface PackOptions {
  /** Where a file has data, in order; without it, holes are written out as zeros. */
  segments?: ((descriptor: number) => Segment[]) | undefined;
  attributes?: AttributeReader | undefined;
  /** Attributes that mean something on this machine only, too. */
  everyAttribute?: boolean | undefined;
  /** Owners are written as the container knows them. */
  ids?: IdMap | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds after which others get their turn; 1 by default. */
  slice?: number | undefined;
  /** No time is later than this: seconds since 1970. */
  latest?: number | undefined;
  /** Every time is this: seconds since 1970. */
  time?: number | undefined;
  /** Pieces are good until the next one is asked for, and files are read by this thread: for who only looks at them. */
  areBrief?: boolean | undefined;
}

/**
 * The archive of `items`, in their order, with its end marker. Files that are linked to each other stay so; a file that
 * shrinks meanwhile is filled with zeros. Lets the event loop run after every slice; ends `items` when it is left early.
 */
export async function* packTree(items: Iterable<PackItem>, o: PackOptions = {}): AsyncGenerator<Buffer, void> {
  const slice = new TimeSlice(o.slice);
  const linked = new HardLinks();
  const memory = o.areBrief ? Buffer.allocUnsafeSlow(readSize) : undefined;
  let batch: Buffer[] = [];
  let size = 0;
  const add = (bytes: Buffer) => {
    batch.push(bytes);
    size += bytes.length;
  };
  const take = () => {
    const whole = batch.length === 1 ? (batch[0] as Buffer) : Buffer.concat(batch);
    batch = [];
    size = 0;
    return whole;
  };
  for (const item of items) {
    if ('members' in item) {
      if (size > 0) yield take();
      const whole = { offset: 0, length: item.members.size };
      yield* readPieces(item.members.descriptor, whole, { memory, slice });
      continue;
    }
    const member = timed(begin(item, linked, o), o);
    if (!member) continue;
    try {
      const { entry, descriptor, holes } = member;
      add(holes ? encodeSparseHeader(entry, holes) : encodeTarHeader(entry));
      const segments = descriptor === undefined ? [] : (holes ?? [{ offset: 0, length: entry.size }]);
      for (const segment of segments) {
        if (segment.length <= batchSize) add(readWhole(descriptor as number, segment));
        else {
          yield take();
          yield* readPieces(descriptor as number, segment, { memory, slice });
        }
        if (size >= batchSize) yield take();
      }
      add(tarPadding(segments.reduce((total, { length }) => total + length, 0)));
    } finally {
      if (member.descriptor !== undefined) closeSync(member.descriptor);
    }
    if (size >= batchSize) yield take();
    if (slice.used) {
      await slice.pause();
      if (o.signal?.aborted) throw new BerthError('cancelled', 'the archive was cancelled');
    }
  }
  add(tarEnd());
  yield take();
}

/** A member about to be written; `descriptor` is open, `holes` the pieces of data of a file that has some. */
interface Member {
  entry: TarEntry;
  descriptor?: number;
  holes?: Segment[] | undefined;
}

/** The header of an item, and its content as an open file; undefined for what cannot be archived or is gone. */
function begin(item: Exclude<PackItem, { members: unknown }>, linked: HardLinks, o: PackOptions): Member | undefined {
  if ('entry' in item) return { entry: tarEntry(item.entry) };
  const { stats, path } = item;
  const { attributes, segments, ids, everyAttribute: every } = o;
  const describe = (reader: AttributeReader | undefined) => ownedInside(describeNode(item, reader, { every }), ids);
  try {
    const first = linked.nameBefore(item.name, stats);
    if (first !== undefined) {
      const entry = describe(undefined);
      return entry && { entry: { ...entry, type: 'link', linkName: first, size: 0 } };
    }
    const entry = describe(attributes);
    if (entry?.type !== 'file' || entry.size === 0) return entry && { entry };
    // Should a fifo have taken the file's place by now, opening it must not wait for a writer.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const descriptor = openSync(encodeName(path), flags);
    // Fewer blocks than bytes: there are holes, as far as the file system tells.
    const holes = segments && stats.blocks * 512n < stats.size ? segments(descriptor) : undefined;
    return { entry, descriptor, holes: holes && within(holes, entry.size) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ELOOP') return undefined;
    throw error;
  }
}

function ownedInside(entry: TarEntry | undefined, ids: IdMap | undefined): TarEntry | undefined {
  return entry && ids ? { ...entry, uid: idInside(ids.uid, entry.uid), gid: idInside(ids.gid, entry.gid) } : entry;
}

function timed(member: Member | undefined, { latest, time }: PackOptions): Member | undefined {
  const mtime = time ?? latest;
  if (!member || mtime === undefined || (time === undefined && member.entry.mtime < mtime)) return member;
  return { ...member, entry: { ...member.entry, mtime, mtimeNanoseconds: 0 } };
}

/** What was written behind the end meanwhile is not part of the member. */
function within(segments: Segment[], size: number): Segment[] {
  return segments
    .filter(({ offset }) => offset < size)
    .map(({ offset, length }) => ({ offset, length: Math.min(length, size - offset) }));
}

/** Exactly the bytes of the segment. */
function readWhole(descriptor: number, { offset, length: size }: Segment): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; ) {
    const got = readSync(descriptor, bytes, at, size - at, offset + at);
    if (got === 0) return bytes.fill(0, at);
    at += got;
  }
  return bytes;
}

/** Into `memory`, where there is any, again and again. */
async function* readPieces(
  descriptor: number,
  { offset, length }: Segment,
  { memory, slice }: { memory: Buffer | undefined; slice: TimeSlice },
): AsyncGenerator<Buffer, void> {
  for (let at = offset; at < offset + length; ) {
    const wanted = Math.min(readSize, offset + length - at);
    const buffer = memory?.subarray(0, wanted) ?? Buffer.allocUnsafe(wanted);
    if (memory && slice.used) await slice.pause();
    const got = memory ? readSync(descriptor, buffer, 0, wanted, at) : await readAt(descriptor, buffer, at);
    if (got === 0) buffer.fill(0);
    const piece = got === 0 ? buffer : buffer.subarray(0, got);
    yield piece;
    at += piece.length;
  }
}

function readAt(descriptor: number, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, 0, buffer.length, position, (error, got) => (error ? reject(error) : resolve(got)));
  });
}
