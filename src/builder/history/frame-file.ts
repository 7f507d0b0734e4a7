// A file of messages, each behind its length, compressed.
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { errorCode } from '../../lib/errors.ts';

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

/** Reads them again, also if the file is removed meanwhile; a file that is not there has none. */
export async function* readFrames(path: string): AsyncGenerator<Uint8Array, void> {
  const file = await openIfThere(path);
  if (!file) return;
  const packed = file.createReadStream();
  const plain = createGunzip();
  packed.once('error', error => plain.destroy(error));
  try {
    yield* unframed(packed.pipe(plain));
  } finally {
    plain.destroy();
    packed.destroy();
  }
}

async function openIfThere(path: string) {
  try {
    return await open(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function* unframed(parts: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void> {
  let rest = Buffer.alloc(0);
  for await (const part of parts) {
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
