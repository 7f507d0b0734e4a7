// A file of messages, each behind its length, compressed.
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** What a build says beyond that is not kept, in bytes. */
const longest = 32 * 1024 * 1024;

/** Writes the messages to a new file. Throws what the disk says. */
export async function writeFrames(path: string, messages: AsyncIterable<Uint8Array>): Promise<void> {
  const options = { flags: 'wx', mode: 0o600 };
  await pipeline(
    Readable.from(framed(messages), { objectMode: false }),
    createGzip(),
    createWriteStream(path, options),
  );
}

/** Reads them again; a file that is not there has none. */
export async function* readFrames(path: string): AsyncGenerator<Uint8Array, void> {
  if (!existsSync(path)) return;
  let rest = Buffer.alloc(0);
  for await (const part of createReadStream(path).pipe(createGunzip())) {
    rest = Buffer.concat([rest, part as Buffer]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const end = 4 + rest.readUInt32BE(0);
      yield rest.subarray(4, end);
      rest = rest.subarray(end);
    }
  }
}

async function* framed(messages: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let written = 0;
  for await (const message of messages) {
    written += message.length;
    if (written > longest) return;
    const head = Buffer.alloc(4);
    head.writeUInt32BE(message.length);
    yield head;
    yield message;
  }
}
