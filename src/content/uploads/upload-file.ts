// The file of an upload while bytes come: through the kernel's memory, or past it when there is a crowd.
import type { FileHandle } from 'node:fs/promises';
import { release } from '../../lib/streams/release.ts';
import type { ChunkTarget } from '../chunk-target.ts';
import { DirectFile } from '../shared/direct-file.ts';
import { pageSize } from '../shared/shared-bytes.ts';
import type { BlockPool } from './block-pool.ts';
import type { CachedWrites } from './cached-writes.ts';

/** Who sends less at a time waits for the network, not for us: its bytes may take the longer way. */
const largeChunk = 128 * 1024;

interface UploadTarget {
  /** That at the path, opened to append. Close this before it. */
  readonly file: FileHandle;
  /** Bytes in it. */
  readonly size: number;
  readonly ways: { readonly cached: CachedWrites; readonly blocks: BlockPool };
  /** Reads along: hears after each write how many bytes are in the file, and finds them in the kernel's memory. */
  readonly onWritten?: ((size: number) => void) | undefined;
}

/**
 * Appends chunks that are given away to a file of `size` bytes. The kernel's memory is the best place for what somebody
 * pulls next, and costs a processor as much again as the digest does, more when it has no page at hand that was used a
 * moment ago. What a crowd sends in large chunks goes from a block of ours to the disk, in whole pages, while the next
 * chunk comes; the file always ends where what it has does.
 */
export class UploadFile implements ChunkTarget {
  readonly #path: string;
  readonly #target: UploadTarget;
  #written: number;
  #direct: DirectFile | undefined;
  #sending: Promise<void> | undefined;
  /** The begin of a page, for the next block. */
  readonly #rest = Buffer.allocUnsafe(pageSize);
  #restLength = 0;

  constructor(path: string, target: UploadTarget) {
    this.#path = path;
    this.#target = target;
    this.#written = target.size;
    this.#blocks.join(this);
  }

  /** Bytes in the file. */
  get written(): number {
    return this.#written;
  }

  get #blocks(): BlockPool {
    return this.#target.ways.blocks;
  }

  /** Takes all of it and frees it; the next may come when there is a block for it. */
  write(chunk: Uint8Array): Promise<void> | undefined {
    const { onWritten, ways } = this.#target;
    ways.blocks.arrived(this);
    if (chunk.length >= largeChunk && ways.blocks.crowded && !onWritten) return this.#writeDirectly(chunk);
    const isBehind = this.#sending !== undefined || this.#restLength > 0;
    return isBehind ? this.flush().then(() => this.#writeCached(chunk)) : this.#writeCached(chunk);
  }

  /** Resolves when everything is in the file. */
  async flush(): Promise<void> {
    await this.#sending;
    this.#sending = undefined;
    const rest = this.#rest.subarray(0, this.#restLength);
    this.#restLength = 0;
    if (rest.length > 0) await this.#append(rest);
  }

  /** After `flush`, or when the rest does not matter. */
  async close(): Promise<void> {
    this.#blocks.leave(this);
    await this.#sending?.catch(() => {});
    await this.#direct?.[Symbol.asyncDispose]();
  }

  #writeCached(chunk: Uint8Array): Promise<void> | undefined {
    const later = this.#append(chunk);
    if (later) return later.then(() => release(chunk));
    release(chunk);
    return undefined;
  }

  #append(bytes: Uint8Array): Promise<void> | undefined {
    const later = this.#target.ways.cached.write(this.#target.file, bytes);
    if (later) return later.then(() => this.#advance(bytes.length));
    this.#advance(bytes.length);
    return undefined;
  }

  #advance(bytes: number): void {
    this.#written += bytes;
    this.#target.onWritten?.(this.#written);
  }

  async #writeDirectly(chunk: Uint8Array): Promise<void> {
    this.#direct ??= await DirectFile.open(this.#path);
    if (!this.#direct.isDirect) {
      this.#blocks.refuse();
      await this.flush();
      return await this.#writeCached(chunk);
    }
    const { length } = chunk;
    for (let from = await this.#fillPage(chunk); from < length; ) {
      const block = await this.#blocks.take();
      this.#rest.copy(block, 0, 0, this.#restLength);
      const taken = Math.min(length - from, block.length - this.#restLength);
      block.set(chunk.subarray(from, from + taken), this.#restLength);
      from += taken;
      if (from === length) release(chunk);
      await this.#send(block, this.#restLength + taken);
    }
    await this.#blocks.room(this);
  }

  /** Goes on through the kernel's memory up to the next page, when the file ends within one; returns how far that was. */
  async #fillPage(chunk: Uint8Array): Promise<number> {
    if (this.#sending !== undefined || this.#written % pageSize === 0) return 0;
    const missing = Math.min(pageSize - (this.#written % pageSize), chunk.length);
    await this.#append(chunk.subarray(0, missing));
    return missing;
  }

  /** Begins to write the whole pages of `filled` bytes, once the block before is written, and keeps the others. */
  async #send(block: Buffer, filled: number): Promise<void> {
    const whole = filled - (filled % pageSize);
    block.copy(this.#rest, 0, whole, filled);
    this.#restLength = filled - whole;
    try {
      await this.#sending;
    } catch (error) {
      this.#blocks.giveBack(block);
      throw error;
    }
    this.#sending = this.#writeBlock(block, whole);
    // The next to wait for it hears of a failure; until then it must not count as unhandled.
    this.#sending.catch(() => {});
  }

  async #writeBlock(block: Buffer, length: number): Promise<void> {
    try {
      await (this.#direct as DirectFile).write(block.subarray(0, length), this.#written);
      this.#advance(length);
    } finally {
      this.#blocks.giveBack(block);
    }
  }
}
