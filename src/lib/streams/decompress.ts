// Compressed streams, recognised by their first bytes as Docker does.
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BerthError, errorMessage, invalid } from '../errors.ts';
import { peek } from './peek.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2';

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
];
const longestMagic = 6;
/** Output chunks: the default of 16 KiB makes zlib more than twice as slow. */
const chunkSize = 256 * 1024;

/** What the first bytes (six or more, or all there are) belong to. */
export function detectCompression(start: Uint8Array): Compression {
  const match = magics.find(([, magic]) => magic.every((byte, index) => start[index] === byte));
  if (match) return match[0];
  // A zstd stream may start with skippable frames: 0x184D2A50 … 5F, little endian.
  const skippable = (start[0] ?? 0) >> 4 === 5 && start[1] === 0x2a && start[2] === 0x4d && start[3] === 0x18;
  return skippable ? 'zstd' : 'none';
}

/**
 * The stream, decompressed if need be, and what it was. Errors of the format are `invalid`; a cut gzip, xz or bzip2
 * stream is an error, a cut zstd stream just ends: the reader must notice. After gzip's members zeros may follow, as padding;
 * nothing else (dockerd takes anything, for it never reads so far; Go's own reader, and so containerd, refuses zeros, too). xz and bzip2 need the programs of that name.
 */
export async function openDecompressed(
  source: AsyncIterable<Uint8Array>,
): Promise<{ compression: Compression; stream: AsyncIterable<Buffer> }> {
  const { start, whole } = await peek(source, longestMagic);
  const compression = detectCompression(start);
  switch (compression) {
    case 'none':
      return { compression, stream: whole };
    case 'gzip':
      return { compression, stream: through(whole, createGunzip({ chunkSize }), compression) };
    case 'zstd':
      return { compression, stream: through(whole, createZstdDecompress({ chunkSize }), compression) };
    case 'xz':
    case 'bzip2':
      return { compression, stream: throughProgram(whole, compression) };
  }
}

async function* through(
  source: AsyncIterable<Buffer>,
  transform: NodeJS.ReadWriteStream & { destroy(): unknown },
  compression: Compression,
): AsyncGenerator<Buffer, void> {
  const input = Readable.from(source, { objectMode: true, highWaterMark: 4 });
  let inputError: unknown;
  input.once('error', error => {
    inputError = error;
    transform.emit('error', error);
  });
  input.pipe(transform);
  try {
    for await (const chunk of transform as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    if (inputError !== undefined) throw inputError;
    throw error instanceof BerthError ? error : invalid(`${compression}: ${errorMessage(error)}`, error);
  } finally {
    input.destroy();
    transform.destroy();
  }
}

async function* throughProgram(source: AsyncIterable<Buffer>, program: 'xz' | 'bzip2'): AsyncGenerator<Buffer, void> {
  const child = spawn(program, ['-d', '-c', '-q'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<string | undefined>(resolve => {
    let complaint = '';
    child.stderr.on('data', chunk => (complaint += String(chunk).slice(0, 1000)));
    child.once('error', error => resolve(`cannot run ${program}: ${error.message}`));
    child.once('close', code => resolve(code === 0 ? undefined : complaint.trim() || `${program} failed (${code})`));
  });
  const input = Readable.from(source, { objectMode: true, highWaterMark: 4 });
  let inputError: unknown;
  input.once('error', error => {
    inputError = error;
    child.kill('SIGKILL');
  });
  child.stdin.once('error', () => input.unpipe());
  input.pipe(child.stdin);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) yield chunk;
    const complaint = await ended;
    if (inputError !== undefined) throw inputError;
    if (complaint !== undefined) throw invalid(complaint);
  } finally {
    input.destroy();
    if (child.exitCode === null) child.kill('SIGKILL');
  }
}
