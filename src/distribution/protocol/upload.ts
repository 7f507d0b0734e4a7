// Sending a blob: in one piece where its digest is known, else in a stream; taken up again where a connection broke.
import { invalid } from '../../lib/errors.ts';
import type { Headers } from '../../lib/http/head.ts';
import type { Digest } from '../../oci/digest.ts';
import { RegistryError } from '../registry-error.ts';
import type { BlobSource, CallOptions } from '../repository.ts';
import type { Answer } from '../transport/transport.ts';
import { TransportError } from '../transport/transport-error.ts';
import { discard, type RegistryClient } from './registry-client.ts';

interface UploadOptions extends CallOptions {
  onProgress?: (sent: number) => void;
  /** An upload that is open already: a mount that the registry would not do leaves one. */
  location?: URL | undefined;
}

const farewellTime = 5_000;

/**
 * Asks for a mount; undefined when it was done, else where the blob can be uploaded instead. Without `mount` an upload
 * is opened.
 */
export async function openUpload(
  client: RegistryClient,
  path: string,
  mount: { digest: Digest; from: string } | undefined,
  { signal }: CallOptions,
): Promise<URL | undefined> {
  const query = mount ? `?${new URLSearchParams({ mount: mount.digest, from: mount.from })}` : '';
  const answer = await client.call({
    method: 'POST',
    path: `${path}/blobs/uploads/${query}`,
    accept: [201, 202],
    signal,
  });
  await discard(answer);
  return answer.status === 201 ? undefined : locationOf(answer);
}

/** Returns the digest. Throws what the registry refuses, or the last of too many broken connections. */
export async function uploadBlob(
  client: RegistryClient,
  path: string,
  source: BlobSource,
  o: UploadOptions,
): Promise<Digest> {
  const upload = { location: o.location ?? ((await openUpload(client, path, undefined, o)) as URL) };
  try {
    return await sendPatiently(client, path, { source, upload }, o);
  } catch (error) {
    if (o.signal?.aborted) await abandon(client, upload.location);
    throw error;
  }
}

async function sendPatiently(
  client: RegistryClient,
  path: string,
  { source, upload }: { source: BlobSource; upload: { location: URL } },
  o: UploadOptions,
): Promise<Digest> {
  let offset = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(client, source, { ...o, location: upload.location, offset });
    } catch (error) {
      if (!isPassing(error) || !(await client.waitForNext(attempt, o.signal))) throw error;
    }
    const state = await uploadState(client, upload.location, o);
    if (!state) {
      // What broke may have been the answer only.
      if (typeof source.digest === 'string' && (await blobSize(client, path, source.digest, o)) !== undefined)
        return source.digest;
      upload.location = (await openUpload(client, path, undefined, o)) as URL;
    } else upload.location = state.location;
    offset = state?.offset ?? 0;
  }
}

/** Nobody will go on with it: a registry that is told so keeps nothing of it. Never throws; does not wait for long. */
async function abandon(client: RegistryClient, location: URL): Promise<void> {
  const signal = AbortSignal.timeout(farewellTime);
  const call = { method: 'DELETE', path: location, accept: [200, 202, 204, 404], once: true, signal };
  await client
    .call(call)
    .then(discard)
    .catch(() => {});
}

/** Bytes; undefined when there is no such blob. */
export async function blobSize(
  client: RegistryClient,
  path: string,
  digest: Digest,
  { signal }: CallOptions,
): Promise<number | undefined> {
  const answer = await client.call({ method: 'HEAD', path: `${path}/blobs/${digest}`, accept: [200, 404], signal });
  await discard(answer);
  return answer.status === 200 ? Number(answer.headers['content-length'] ?? 0) : undefined;
}

async function send(
  client: RegistryClient,
  source: BlobSource,
  o: UploadOptions & { location: URL; offset: number },
): Promise<Digest> {
  const { offset, signal, onProgress } = o;
  const length = source.size === undefined ? undefined : source.size - offset;
  const body = () => counted(source.open(offset), sent => onProgress?.(offset + sent));
  const headers: Headers = { 'Content-Type': 'application/octet-stream' };
  const digest = source.digest;
  // Nothing was sent before, and all is known: one request does it.
  if (offset === 0 && typeof digest === 'string' && length !== undefined) {
    const path = withDigest(o.location, digest);
    const answer = await client.call({
      method: 'PUT',
      path,
      headers,
      body,
      length,
      accept: [201, 204],
      once: true,
      signal,
    });
    await discard(answer);
    return digest;
  }
  const range: Headers =
    offset > 0 && source.size !== undefined ? { 'Content-Range': `${offset}-${source.size - 1}` } : {};
  let isSent = length === 0;
  async function* whole(): AsyncGenerator<Uint8Array, void> {
    let sent = 0;
    for await (const chunk of body()) {
      sent += chunk.length;
      // The answer to the last byte may be here before anybody asks for more.
      if (sent === length) isSent = true;
      yield chunk;
    }
    isSent = true;
  }
  const patched = await client.call({
    ...{ method: 'PATCH', path: o.location, headers: { ...headers, ...range }, body: whole, length },
    ...{ accept: [202, 204], once: true, signal },
  });
  await discard(patched);
  // Taken before it was all there: whatever the other side means by it, the rest must follow.
  if (!isSent) throw new TransportError({ method: 'PATCH', url: o.location }, new Error('unexpected EOF'));
  const final = await digest;
  const path = withDigest(locationOf(patched), final);
  await discard(await client.call({ method: 'PUT', path, accept: [201, 204], once: true, signal }));
  return final;
}

/** Where an upload goes on, and with which byte; undefined when the registry does not know it any more. */
async function uploadState(
  client: RegistryClient,
  location: URL,
  { signal }: CallOptions,
): Promise<{ location: URL; offset: number } | undefined> {
  try {
    const answer = await client.call({ method: 'GET', path: location, accept: [200, 202, 204], signal });
    await discard(answer);
    const end = /^(?:bytes=)?0-(\d+)$/.exec(answer.headers.range ?? '')?.[1];
    if (end === undefined) return undefined;
    // An upload that is empty says `0-0`, as one of a single byte does: that byte is sent again.
    return end === '0' ? undefined : { location: locationOf(answer, location), offset: Number(end) + 1 };
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof RegistryError) return error.status === 429 || error.status >= 500 || error.status === 416;
  return error instanceof TransportError && !error.unreachable;
}

function locationOf(answer: Answer, fallback?: URL): URL {
  const location = answer.headers.location;
  if (location !== undefined) return new URL(location, answer.url);
  if (fallback) return fallback;
  throw invalid(`${answer.url.pathname}: the registry does not say where to upload to`);
}

/** What the registry put into the location stays as it is, to the letter: it may be signed. */
function withDigest(location: URL, digest: Digest): URL {
  const url = new URL(location);
  url.search += `${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`;
  return url;
}

async function* counted(
  stream: AsyncIterable<Uint8Array>,
  onSent: (sent: number) => void,
): AsyncGenerator<Uint8Array, void> {
  let sent = 0;
  for await (const chunk of stream) {
    yield chunk;
    sent += chunk.length;
    onSent(sent);
  }
}
