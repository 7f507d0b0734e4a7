// The bytes of a blob, across broken connections.
import { createHash } from 'node:crypto';
import { invalid } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, digestParts } from '../../oci/digest.ts';
import type { CallOptions } from '../repository.ts';
import type { Answer } from '../transport/transport.ts';
import { TransportError } from '../transport/transport-error.ts';
import type { RegistryClient } from './registry-client.ts';

interface DownloadOptions extends CallOptions {
  offset?: number;
  size?: number;
}

/** A part shorter than this does not count as progress: a registry that gives a byte at a time gives nothing. */
const progress = 64 * 1024;

/**
 * Yields the bytes from `offset` on; a broken connection is taken up again by Range, with new patience whenever there
 * was progress. Throws `invalid` for a body that is not as long as `size`.
 */
export async function* downloadBlob(
  client: RegistryClient,
  path: string,
  digest: Digest,
  o: DownloadOptions,
): AsyncGenerator<Buffer, void> {
  const { size, signal } = o;
  let at = o.offset ?? 0;
  let failures = 0;
  let mark = at;
  while (size === undefined || at < size) {
    const answer = await client.call({
      method: 'GET',
      path: `${path}/blobs/${digest}`,
      headers: at > 0 ? { Range: `bytes=${at}-` } : {},
      accept: at > 0 ? [200, 206] : [200],
      signal,
    });
    let skip = at - startOf(answer, at);
    try {
      for await (const received of answer.body) {
        const chunk = received.subarray(Math.min(skip, received.length));
        skip -= received.length - chunk.length;
        if (chunk.length === 0) continue;
        at += chunk.length;
        if (size !== undefined && at > size)
          throw invalid(`blob ${digest} is larger than the ${size} bytes it should have`);
        yield chunk;
      }
      break;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      failures = at - mark >= progress ? 0 : failures + 1;
      mark = at;
      if (!(await client.waitForNext(failures, signal))) throw error;
    }
  }
  if (size !== undefined && at !== size) throw invalid(`blob ${digest} has ${at} bytes, and should have ${size}`);
}

/** Where the body begins: registries need not know ranges, and then send everything again. */
function startOf(answer: Answer, at: number): number {
  if (answer.status !== 206) return 0;
  const begin = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1];
  if (begin === undefined || Number(begin) === at) return at;
  answer.close();
  throw invalid(`${answer.url.pathname}: asked for bytes from ${at} on, got ${answer.headers['content-range']}`);
}

/** The whole blob in memory. Throws `invalid` for a wrong size or digest. */
export async function downloadBytes(
  client: RegistryClient,
  path: string,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  { signal }: CallOptions,
): Promise<Buffer> {
  const bytes = Buffer.concat(await Array.fromAsync(downloadBlob(client, path, digest, { size, signal })));
  const { algorithm, hex } = digestParts(digest);
  if (createHash(algorithm).update(bytes).digest('hex') !== hex)
    throw invalid(`blob verification failed for digest ${digest}`);
  return bytes;
}
