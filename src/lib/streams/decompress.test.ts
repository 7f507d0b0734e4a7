import { expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Compression, detectCompression, openDecompressed } from './decompress.ts';

const text = Buffer.from('some text, '.repeat(20_000));

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decompress(bytes: Buffer, size = 1000): Promise<[Compression, Buffer]> {
  const { compression, stream } = await openDecompressed(pieces(bytes, size));
  return [compression, Buffer.concat(await Array.fromAsync(stream))];
}

function compressWith(program: string): Buffer | undefined {
  const result = spawnSync(program, ['-c'], { input: text, maxBuffer: 1 << 24 });
  return result.status === 0 ? result.stdout : undefined;
}

test('each format is recognised and undone, in pieces of any size', async () => {
  for (const size of [1, 5, 100_000]) {
    expect(await decompress(gzipSync(text), size)).toEqual(['gzip', text]);
    expect(await decompress(zstdCompressSync(text), size)).toEqual(['zstd', text]);
  }
  expect(await decompress(text)).toEqual(['none', text]);
  expect(await decompress(Buffer.alloc(0))).toEqual(['none', Buffer.alloc(0)]);
  expect(await decompress(Buffer.concat([gzipSync(text), gzipSync(text)]))).toEqual([
    'gzip',
    Buffer.concat([text, text]),
  ]);
  for (const program of ['xz', 'bzip2'] as const) {
    const bytes = compressWith(program);
    if (bytes) expect(await decompress(bytes)).toEqual([program, text]);
  }
  expect(detectCompression(Buffer.from([0x50, 0x2a, 0x4d, 0x18]))).toBe('zstd');
});

test('zeros may follow a gzip stream, nothing else, however it is cut in pieces', async () => {
  for (const size of [1, 5, 100_000]) {
    expect(await decompress(Buffer.concat([gzipSync(text), Buffer.alloc(700)]), size)).toEqual(['gzip', text]);
    const followed = await decompress(Buffer.concat([gzipSync(text), Buffer.from('something')]), size).catch(String);
    expect(followed).toContain('gzip: incorrect header check');
  }
});

test('cut and damaged streams are errors', async () => {
  const gzip = gzipSync(text);
  await expect(decompress(gzip.subarray(0, gzip.length / 2))).rejects.toMatchObject({ kind: 'invalid' });
  const damaged = Buffer.from(gzip);
  damaged.fill(0xff, 20, 60);
  await expect(decompress(damaged)).rejects.toMatchObject({ kind: 'invalid' });
  const xz = compressWith('xz');
  if (xz) await expect(decompress(xz.subarray(0, xz.length - 20))).rejects.toMatchObject({ kind: 'invalid' });
});

test('an error of the source comes through as it is', async () => {
  const gzip = gzipSync(Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 251)));
  async function* failing() {
    yield gzip.subarray(0, 100);
    throw new Error('connection lost');
  }
  const { stream } = await openDecompressed(failing());
  await expect(Array.fromAsync(stream)).rejects.toThrow('connection lost');
});

test('a reader that stops early stops the source', async () => {
  let closed = false;
  async function* endless() {
    try {
      for (;;) yield Buffer.alloc(1000, 'x');
    } finally {
      closed = true;
    }
  }
  const { stream } = await openDecompressed(endless());
  for await (const _ of stream) break;
  expect(closed).toBe(true);
});
