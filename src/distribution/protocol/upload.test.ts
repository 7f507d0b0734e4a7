import { expect, test } from 'bun:test';
import { type Digest, sha256 } from '../../oci/digest.ts';
import type { Answer } from '../transport/transport.ts';
import type { RegistryClient } from './registry-client.ts';
import { uploadBlob } from './upload.ts';

type Call = Parameters<RegistryClient['call']>[0];

/** A registry that reads of an upload as many bytes as it likes, answers, and asks for no more. */
function registry(reads: readonly number[]): { client: RegistryClient; said: string[]; stored: () => string } {
  const said: string[] = [];
  const parts: string[] = [];
  const rounds = reads.values();
  const url = new URL('http://r/v2/a/blobs/uploads/1');
  const answer = (status: number, headers: Record<string, string> = {}) =>
    ({ status, headers, url, body: [], close: () => {} }) as unknown as Answer;

  async function take(body: AsyncIterable<Uint8Array>, most: number): Promise<void> {
    const chunks = body[Symbol.asyncIterator]();
    for (let read = 0; read < most; ) {
      const next = await chunks.next();
      if (next.done) return;
      read += next.value.length;
      parts.push(Buffer.from(next.value).toString());
    }
  }

  async function call({ method, path, headers, body }: Call): Promise<Answer> {
    said.push(`${method} ${headers?.['Content-Range'] ?? ''}`.trim());
    const here = { location: url.href };
    if (method === 'POST') return answer(202, here);
    if (method === 'GET') return answer(204, { ...here, range: `0-${parts.join('').length - 1}` });
    if (method === 'PATCH') await take((body as () => AsyncIterable<Uint8Array>)(), rounds.next().value ?? 0);
    if (method === 'PUT') expect(new URL(path).searchParams.get('digest')).toBe(sha256(parts.join('')));
    return answer(method === 'PUT' ? 201 : 202, here);
  }
  const client = { call, waitForNext: async (attempt: number) => attempt < 3 } as unknown as RegistryClient;
  return { client, said, stored: () => parts.join('') };
}

/** Whose digest is known only when all has been read. */
function source(chunks: readonly string[]) {
  const text = chunks.join('');
  const digest = Promise.resolve(sha256(text));
  async function* open(offset: number): AsyncGenerator<Uint8Array, void> {
    let at = 0;
    for (const chunk of chunks) {
      if (at + chunk.length > offset) yield Buffer.from(chunk.slice(Math.max(0, offset - at)));
      at += chunk.length;
    }
  }
  return { size: text.length, digest: digest as Promise<Digest>, open };
}

test('an answer to the last byte is right, though nobody asked whether there is more', async () => {
  const { client, said, stored } = registry([6]);
  expect(await uploadBlob(client, '/v2/a', source(['abc', 'def']), {})).toBe(sha256('abcdef'));
  expect(said).toEqual(['POST', 'PATCH', 'PUT']);
  expect(stored()).toBe('abcdef');
});

test('an answer before that is not: the rest follows, from where the registry says', async () => {
  const { client, said, stored } = registry([3, 3]);
  expect(await uploadBlob(client, '/v2/a', source(['abc', 'def']), {})).toBe(sha256('abcdef'));
  expect(said).toEqual(['POST', 'PATCH', 'GET', 'PATCH 3-5', 'PUT']);
  expect(stored()).toBe('abcdef');
});

test('of nothing there is nothing to read', async () => {
  const { client, said } = registry([0]);
  expect(await uploadBlob(client, '/v2/a', source([]), {})).toBe(sha256(''));
  expect(said).toEqual(['POST', 'PATCH', 'PUT']);
});
