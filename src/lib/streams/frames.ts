// Docker's stdcopy framing: stdout and stderr of one process in one byte stream.
// A frame is an 8 byte header (stream, 0, 0, 0, big-endian length) and its bytes.

type FrameStream = 'stdin' | 'stdout' | 'stderr' | 'system';

/** Bytes that belong to one stream. `system` carries an error of the daemon itself. */
export interface Frame {
  stream: FrameStream;
  data: Uint8Array;
}

/** Bytes before those of a frame. */
export const frameHeaderLength = 8;
const headerLength = frameHeaderLength;
const streams: FrameStream[] = ['stdin', 'stdout', 'stderr', 'system'];
const numbers: Record<FrameStream, number> = { stdin: 0, stdout: 1, stderr: 2, system: 3 };

/**
 * The 8 bytes that go before `length` bytes of `stream`, written into a zeroed buffer of `frameHeaderLength` bytes that may be
 * used again and again; returns it.
 */
export function writeFrameHeader(header: Buffer, stream: FrameStream, length: number): Buffer {
  header[0] = numbers[stream];
  header.writeUInt32BE(length, 4);
  return header;
}

/** Header and bytes in one buffer. */
export function encodeFrame(stream: FrameStream, data: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerLength + data.length);
  frame.fill(0, 0, headerLength);
  frame[0] = numbers[stream];
  frame.writeUInt32BE(data.length, 4);
  frame.set(data, headerLength);
  return frame;
}

/**
 * Takes a framed byte stream apart, whatever the pieces it arrives in. Bytes of a frame are passed on as they come,
 * so a frame may give several `Frame`s and memory stays that of one piece.
 */
export class FrameDecoder {
  readonly #header = Buffer.alloc(headerLength);
  #headerFilled = 0;
  #left = 0;

  /** The frames in `chunk`; their data are views of it. Throws RangeError on a stream that is not framed. */
  decode(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#left === 0) {
        offset = this.#fillHeader(chunk, offset);
        if (this.#headerFilled < headerLength) break;
        this.#left = this.#header.readUInt32BE(4);
        this.#headerFilled = 0;
        continue;
      }
      const end = Math.min(offset + this.#left, chunk.length);
      frames.push({ stream: this.#stream(), data: chunk.subarray(offset, end) });
      this.#left -= end - offset;
      offset = end;
    }
    return frames;
  }

  #fillHeader(chunk: Uint8Array, offset: number): number {
    const take = Math.min(headerLength - this.#headerFilled, chunk.length - offset);
    this.#header.set(chunk.subarray(offset, offset + take), this.#headerFilled);
    this.#headerFilled += take;
    if (this.#headerFilled === headerLength) this.#stream();
    return offset + take;
  }

  #stream(): FrameStream {
    const stream = streams[this.#header[0] ?? -1];
    if (stream === undefined) throw new RangeError(`Unrecognized input header: ${this.#header[0]}`);
    return stream;
  }
}
