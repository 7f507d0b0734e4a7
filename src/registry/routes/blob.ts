// `/v2/<name>/blobs/<digest>`: whether a blob is there, its bytes, its removal.
import { open } from 'node:fs/promises';
import { errorCode } from '../../lib/errors.ts';
import type { Digest } from '../../oci/digest.ts';
import { type Call, commonHeaders, reply } from '../call.ts';
import type { RegistryContext } from '../context.ts';
import { parseByteRange } from '../http/byte-range.ts';
import { sendFile } from '../http/send-file.ts';
import { checkDigest } from '../names.ts';
import { Refusal } from '../refusal.ts';
import { relayBlob } from '../upstreams/cached-blob.ts';

// A digest never means other bytes.
const caching = 'max-age=31536000, immutable';

/** GET and HEAD; with a `Range`, that part. */
export async function getBlob(context: RegistryContext, call: Call, name: string, reference: string): Promise<void> {
  const digest = checkDigest(reference);
  const cached = context.upstreams.find(name);
  if (cached && !hasBlob(context, name, digest)) return await relayBlob(context, call, cached, digest);
  findBlob(context, name, digest);
  const sent = await sendBlob(call, context.content.path(digest), digest);
  context.metrics.count('berth_registry_sent_bytes_total', {}, sent);
}

function hasBlob({ repositories, content }: RegistryContext, name: string, digest: Digest): boolean {
  return repositories.get(name).blobs.has(digest) && content.has(digest);
}

/** Notes that somebody relies on the blob; throws the refusal when the repository does not have it. */
function findBlob({ repositories, content, uses }: RegistryContext, name: string, digest: Digest): void {
  const links = repositories.get(name).blobs;
  if (!links.has(digest) || !content.has(digest)) {
    const known = repositories.has(name);
    throw new Refusal(known ? 'BLOB_UNKNOWN' : 'NAME_UNKNOWN', { detail: known ? { digest } : { name } });
  }
  repositories.noteHolder(digest, name);
  // In one step with the look: see Uses.
  if (uses.note(digest)) void links.refresh(digest);
}

/** Returns how many bytes of it were sent. */
async function sendBlob({ exchange }: Call, path: string, digest: Digest): Promise<number> {
  const etag = `"${digest}"`;
  const headers = {
    ...commonHeaders,
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    'Accept-Ranges': 'bytes',
    'Cache-Control': caching,
    Etag: etag,
  };
  if (exchange.headers['if-none-match']?.includes(etag)) {
    exchange.send(304, headers);
    return 0;
  }
  const file = await open(path, 'r').catch(error => {
    throw errorCode(error) === 'ENOENT' ? new Refusal('BLOB_UNKNOWN', { detail: { digest } }) : error;
  });
  try {
    const { size } = await file.stat();
    const sameBlob = (exchange.headers['if-range'] ?? etag) === etag;
    const range = sameBlob ? parseByteRange(exchange.headers.range, size) : undefined;
    if (range === 'unsatisfiable') {
      exchange.send(416, { ...headers, 'Content-Range': `bytes */${size}` });
      return 0;
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    const part: Record<string, string> = range ? { 'Content-Range': `bytes ${start}-${end}/${size}` } : {};
    const length = { 'Content-Length': String(end - start + 1) };
    const body = exchange.start(range ? 206 : 200, { ...headers, ...part, ...length });
    const silent = exchange.method === 'HEAD' || end < start;
    if (!silent) await sendFile(file, body, { start, end });
    body.end();
    return silent ? 0 : end - start + 1;
  } finally {
    await file.close();
  }
}

/** Removes the repository's link; the bytes go with a collection. Throws `BLOB_UNKNOWN`. */
export function deleteBlob({ repositories }: RegistryContext, call: Call, name: string, reference: string): Digest {
  const digest = checkDigest(reference);
  if (!repositories.get(name).blobs.remove(digest)) throw new Refusal('BLOB_UNKNOWN', { detail: { digest } });
  reply(call, 202, {});
  return digest;
}
