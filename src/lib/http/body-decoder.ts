// Finds where a message body ends, and takes chunked coding off it, whatever the pieces it arrives in.

import { ProtocolError } from './protocol-error.ts';

/** Feed it what follows the head until `done`; body bytes come out as views of what was fed, which is the decoder's to change. */
export interface BodyDecoder {
  readonly done: boolean;
  /** Bytes of the body that are still to come; infinite where nobody knows before they are there. */
  readonly left: number;
  /** Hands body bytes to `emit`, in one view; returns how many bytes of `chunk` belonged to this body. Throws ProtocolError. */
  feed(chunk: Buffer, emit: (data: Buffer) => void): number;
}

/** A body of `length` bytes. */
export class FixedDecoder implements BodyDecoder {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  get left(): number {
    return this.#left;
  }

  feed(chunk: Buffer, emit: (data: Buffer) => void): number {
    const take = Math.min(this.#left, chunk.length);
    this.#left -= take;
    if (take > 0) emit(take === chunk.length ? chunk : chunk.subarray(0, take));
    return take;
  }
}

/** A body that ends with the connection (responses only). */
export class UntilCloseDecoder implements BodyDecoder {
  readonly done = false;
  readonly left = Number.POSITIVE_INFINITY;

  feed(chunk: Buffer, emit: (data: Buffer) => void): number {
    if (chunk.length > 0) emit(chunk);
    return chunk.length;
  }
}

type ChunkState = 'size' | 'data' | 'data-end' | 'trailer' | 'done';

const maximumLineLength = 4096;
const maximumTrailerLength = 16 * 1024;
const sizeLine = /^([0-9A-Fa-f]{1,13})[ \t]*(?:;.*)?$/;

/**
 * A body in chunked coding (RFC 9112, 7.1); extensions and trailers are ignored. Clients send pieces of a few kilobytes,
 * and a digest or a disk is quicker with large ones: what was fed at a time comes out in one.
 */
export class ChunkedDecoder implements BodyDecoder {
  #state: ChunkState = 'size';
  #line = '';
  #left = 0;
  #trailerLength = 0;

  get done(): boolean {
    return this.#state === 'done';
  }

  get left(): number {
    return this.done ? 0 : Number.POSITIVE_INFINITY;
  }

  feed(chunk: Buffer, emit: (data: Buffer) => void): number {
    let offset = 0;
    let [start, end] = [0, 0];
    while (offset < chunk.length && this.#state !== 'done') {
      if (this.#state !== 'data') {
        offset = this.#takeLine(chunk, offset);
        continue;
      }
      const next = Math.min(offset + this.#left, chunk.length);
      if (start === end) [start, end] = [offset, offset];
      else chunk.copyWithin(end, offset, next);
      end += next - offset;
      this.#endData(next - offset);
      offset = next;
    }
    if (end > start) emit(chunk.subarray(start, end));
    return offset;
  }

  #endData(bytes: number): void {
    this.#left -= bytes;
    if (this.#left === 0) this.#state = 'data-end';
  }

  #takeLine(chunk: Buffer, offset: number): number {
    const newline = chunk.indexOf(10, offset);
    const end = newline < 0 ? chunk.length : newline + 1;
    this.#line += chunk.toString('latin1', offset, end);
    if (this.#line.length > maximumLineLength) throw new ProtocolError(400, 'chunk line too long');
    if (newline < 0) return end;
    if (!this.#line.endsWith('\r\n')) throw new ProtocolError(400, 'malformed chunked encoding');
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#endLine(line);
    return end;
  }

  #endLine(line: string): void {
    if (this.#state === 'data-end') {
      if (line !== '') throw new ProtocolError(400, 'malformed chunked encoding');
      this.#state = 'size';
    } else if (this.#state === 'trailer') {
      this.#trailerLength += line.length;
      if (this.#trailerLength > maximumTrailerLength) throw new ProtocolError(431, 'trailer too large');
      if (line === '') this.#state = 'done';
    } else {
      const match = sizeLine.exec(line);
      if (!match) throw new ProtocolError(400, 'malformed chunked encoding');
      this.#left = Number.parseInt(match[1] ?? '', 16);
      this.#state = this.#left === 0 ? 'trailer' : 'data';
    }
  }
}
