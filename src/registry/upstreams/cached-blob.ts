// Blobs of another registry: sent on while they come, kept for the next one.
import type { Digest } from '../../oci/digest.ts';
import { type Call, commonHeaders } from '../call.ts';
import type { RegistryContext } from '../context.ts';
import { parseByteRange } from '../http/byte-range.ts';
import { Refusal } from '../refusal.ts';
import { BlobFetch } from './blob-fetch.ts';
import { refuseUpstream } from './upstream-failure.ts';
import type { CachedName } from './upstreams.ts';

/** Answers a request for a blob that is not here. Throws the refusal when it is not there either. */
export async function relayBlob(
  context: RegistryContext,
  { exchange }: Call,
  cached: CachedName,
  digest: Digest,
): Promise<void> {
  context.metrics.count('berth_registry_cache_total', { result: 'miss' });
  const size = await findSize(context, cached, digest);
  const headers = {
    ...commonHeaders,
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    'Accept-Ranges': 'bytes',
  };
  const range = parseByteRange(exchange.headers.range, size);
  if (range === 'unsatisfiable') return exchange.send(416, { ...headers, 'Content-Range': `bytes */${size}` });
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const length = { 'Content-Length': String(end - start + 1) };
  const part: Record<string, string> = range ? { 'Content-Range': `bytes ${start}-${end}/${size}` } : {};
  const begin = () => exchange.start(range ? 206 : 200, { ...headers, ...length, ...part });
  if (exchange.method === 'HEAD') return begin().end();
  const fetch = fetchBlob(context, cached, { digest, size });
  const body = begin();
  if (end >= start) await fetch.send(body, { start, end });
  body.end();
  context.metrics.count('berth_registry_sent_bytes_total', {}, end - start + 1);
}

async function findSize(
  { upstreams }: RegistryContext,
  { upstream, name, path }: CachedName,
  digest: Digest,
): Promise<number> {
  try {
    const ask = () => upstream.ask(() => upstream.repository(path).blobSize(digest), { hurried: false });
    const size = await upstreams.fetches.share(`${name}@size:${digest}`, ask);
    if (size !== undefined) return size;
  } catch (error) {
    throw refuseUpstream(error, 'BLOB_UNKNOWN');
  }
  throw new Refusal('BLOB_UNKNOWN', { detail: { digest } });
}

function fetchBlob(
  { content, repositories, uses, upstreams }: RegistryContext,
  { upstream, name, path }: CachedName,
  { digest, size }: { digest: Digest; size: number },
): BlobFetch {
  const source = () => upstream.repository(path).blob(digest, { size });
  const link = () => {
    uses.note(digest);
    return repositories.fill(name, repository => repository.blobs.add(digest));
  };
  return upstreams.fetches.blob(
    `${name}@${digest}`,
    () => new BlobFetch(content, { digest, size, owner: name }, { source: source(), link }),
  );
}
