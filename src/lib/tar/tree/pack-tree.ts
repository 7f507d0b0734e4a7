// Files of a tree as a tar stream, made in small portions of time and handed out in large pieces.
import { closeSync, constants, openSync, read, readSync } from 'node:fs';
import { BerthError, errorCode } from '../../errors.ts';
import { TimeSlice } from '../../time-slice.ts';
import { type TarEntry, tarEntry } from '../entry.ts';
import { encodeName } from '../names.ts';
import { encodeTarHeader, tarEnd, tarPadding } from '../writer.ts';
import { type AttributeReader, describeNode } from './describe-node.ts';
import type { TreeNode } from './walk-tree.ts';

/** Gathered before it is handed out; files up to this size are read at once. */
const batchSize = 64 * 1024;
const readSize = 256 * 1024;

/** A node to be archived as it is, or a member without a file behind it (a whiteout). */
export type PackItem = TreeNode | { entry: Partial<TarEntry> & Pick<TarEntry, 'type' | 'name'> };

export interface PackOptions {
  attributes?: AttributeReader | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The archive of `items`, in their order, with its end marker. Files that are linked to each other stay so; a file that
 * shrinks meanwhile is filled with zeros. Lets the event loop run every millisecond; ends `items` when it is left early.
 */
export async function* packTree(items: Iterable<PackItem>, o: PackOptions = {}): AsyncGenerator<Buffer, void> {
  const slice = new TimeSlice();
  const linked = new Map<string, string>();
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
    const member = begin(item, linked, o.attributes);
    if (!member) continue;
    try {
      add(encodeTarHeader(member.entry));
      if (member.descriptor !== undefined) {
        const wanted = member.entry.size;
        if (wanted <= batchSize) add(readWhole(member.descriptor, wanted));
        else {
          yield take();
          yield* readPieces(member.descriptor, wanted);
        }
        add(tarPadding(wanted));
      }
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

/** The header of an item, and its content as an open file; undefined for what cannot be archived or is gone. */
function begin(
  item: PackItem,
  linked: Map<string, string>,
  attributes: AttributeReader | undefined,
): { entry: TarEntry; descriptor?: number } | undefined {
  if ('entry' in item) return { entry: tarEntry(item.entry) };
  const { stats, path } = item;
  try {
    if (stats.nlink > 1n && !stats.isDirectory()) {
      const key = `${stats.dev}:${stats.ino}`;
      const first = linked.get(key);
      const entry = first === undefined ? undefined : describeNode(item, undefined);
      if (entry) return { entry: { ...entry, type: 'link', linkName: first as string, size: 0 } };
      linked.set(key, item.name);
    }
    const entry = describeNode(item, attributes);
    if (entry?.type !== 'file' || entry.size === 0) return entry && { entry };
    // Should a fifo have taken the file's place by now, opening it must not wait for a writer.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    return { entry, descriptor: openSync(encodeName(path), flags) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ELOOP') return undefined;
    throw error;
  }
}

/** Exactly `size` bytes. */
function readWhole(descriptor: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const got = readSync(descriptor, bytes, at, size - at, at);
    if (got === 0) break;
    at += got;
  }
  return bytes;
}

async function* readPieces(descriptor: number, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < size; ) {
    const wanted = Math.min(readSize, size - at);
    const buffer = Buffer.allocUnsafe(wanted);
    const got = await readAt(descriptor, buffer, at);
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
