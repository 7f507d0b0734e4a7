// A file as the body of a reply, as fast as it can be read and in constant memory.
import type { FileHandle } from 'node:fs/promises';
import type { BodyWriter } from '../../lib/http/exchange.ts';

// Measured with one, 8 and 32 readers: below this each write costs too many wake-ups, above it is only more memory.
const portion = 512 * 1024;

/**
 * Sends bytes `start` to `end` (included) of `file`, reading the next portion while the last is sent. Throws when the
 * client is gone, or `truncated` when the file ends too early. The file stays open.
 */
export async function sendFile(file: FileHandle, body: BodyWriter, { start, end }: { start: number; end: number }) {
  const size = Math.min(portion, end - start + 1);
  // A whole portion that the socket took without asking to wait is in the kernel: its buffer is free again.
  const buffers = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(end - start + 1 > size ? size : 0)] as const;
  let position = start;
  let next = read(file, buffers[0], position, end);
  for (let turn = 1; position <= end; turn++) {
    const data = await next;
    position += data.length;
    const sent = body.write(data);
    if (position <= end) next = read(file, buffers[turn % 2] as Buffer, position, end);
    try {
      if (sent) await sent;
    } catch (error) {
      await next.catch(() => {});
      throw error;
    }
  }
}

async function read(file: FileHandle, buffer: Buffer, position: number, end: number): Promise<Buffer> {
  const wanted = Math.min(buffer.length, end - position + 1);
  let filled = 0;
  // A short portion would be kept by the socket without asking to wait, and then be overwritten.
  while (filled < wanted) {
    const { bytesRead } = await file.read(buffer, filled, wanted - filled, position + filled);
    if (bytesRead === 0) throw new Error('the file ended before its size');
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
