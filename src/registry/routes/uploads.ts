// `/v2/<name>/blobs/uploads/…`: a blob comes, in one request or in pieces, or from another repository.
import { BerthError, errorKind } from '../../lib/errors.ts';
import { type Digest, digestParts } from '../../oci/digest.ts';
import { type Call, reply } from '../call.ts';
import type { RegistryContext } from '../context.ts';
import { parseChunkRange } from '../http/byte-range.ts';
import { checkDigest } from '../names.ts';
import { Refusal } from '../refusal.ts';

interface PushedBlob {
  readonly digest: Digest;
  readonly size: number;
}

/** POST with `digest`: the whole blob at once. */
export async function pushWhole(context: RegistryContext, call: Call, name: string): Promise<PushedBlob> {
  const expected = checkDigest(call.query.get('digest') ?? '');
  const id = await context.content.uploads.start(name);
  try {
    return await finish(context, call, { name, id, expected });
  } catch (error) {
    await context.content.uploads.cancel(id, name).catch(() => {});
    throw error;
  }
}

/** POST: opens an upload. */
export async function startUpload({ content }: RegistryContext, call: Call, name: string): Promise<void> {
  const id = await content.uploads.start(name);
  reply(call, 202, { Location: locationOf(name, id), Range: '0-0', 'Docker-Upload-UUID': id });
}

/**
 * POST with `mount`: takes a blob over from another repository. Undefined, with nothing answered, when that does not have it.
 */
export async function mountBlob(
  context: RegistryContext,
  call: Call,
  { name, digest, source }: { name: string; digest: Digest; source: string },
): Promise<PushedBlob | undefined> {
  const { repositories, content, uses } = context;
  if (!content.has(digest) || !repositories.get(source).blobs.has(digest)) return undefined;
  // In one step with the look: see Uses.
  uses.note(digest);
  await repositories.fill(name, repository => repository.blobs.add(digest));
  reply(call, 201, { Location: `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest': digest });
  return { digest, size: content.size(digest) };
}

/** GET: how far an upload is. */
export async function uploadStatus({ content }: RegistryContext, call: Call, name: string, id: string): Promise<void> {
  const size = await known(content.uploads.size(id, name));
  reply(call, 204, progress(name, id, size));
}

/** PATCH: the next piece. */
export async function patchUpload(context: RegistryContext, call: Call, name: string, id: string): Promise<void> {
  const size = await append(context, call, { name, id });
  reply(call, 202, progress(name, id, size));
}

/** PUT: the last piece, if there is one, and the digest of it all. */
export async function putUpload(context: RegistryContext, call: Call, name: string, id: string): Promise<PushedBlob> {
  return await finish(context, call, { name, id, expected: checkDigest(call.query.get('digest') ?? '') });
}

/** DELETE: the upload is not wanted any more. */
export async function cancelUpload({ content }: RegistryContext, call: Call, name: string, id: string): Promise<void> {
  await known(content.uploads.cancel(id, name));
  reply(call, 204, { 'Docker-Upload-UUID': id });
}

async function finish(
  context: RegistryContext,
  call: Call,
  { name, id, expected }: { name: string; id: string; expected: Digest },
): Promise<PushedBlob> {
  const { content, repositories, uses } = context;
  // Noted before it is a blob: a collection must not find it without a link.
  uses.note(expected);
  const isWhole = call.exchange.headers['content-range'] === undefined;
  const isHere = isWhole && content.has(expected) && (await known(content.uploads.size(id, name))) === 0;
  if (!isHere) await append(context, call, { name, id, expected });
  // Whoever wants a blob that another repository has must still show that they have it, too.
  const ending = isHere
    ? content.uploads.match(id, name, call.exchange.body, expected)
    : content.uploads.finish(id, name, expected).then(finished => finished.size);
  const digest = expected;
  const size = await known(ending).catch(error => {
    throw errorKind(error) === 'invalid' ? new Refusal('DIGEST_INVALID', { detail: { digest: expected } }) : error;
  });
  uses.note(expected);
  await repositories.fill(name, repository => repository.blobs.add(digest));
  repositories.noteHolder(digest, name);
  reply(call, 201, { Location: `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest': digest });
  return { digest, size };
}

/** Adds the body of the request to an upload; returns how many bytes it has then. */
async function append(
  { content }: RegistryContext,
  { exchange }: Call,
  { name, id, expected }: { name: string; id: string; expected?: Digest },
): Promise<number> {
  const { 'content-range': contentRange, 'content-length': contentLength } = exchange.headers;
  const size = await known(content.uploads.size(id, name));
  const outOfOrder = (now: number) =>
    new Refusal('BLOB_UPLOAD_INVALID', { status: 416, headers: progress(name, id, now) });
  const range = contentRange === undefined ? undefined : parseChunkRange(contentRange);
  if (contentRange !== undefined && range === undefined) throw outOfOrder(size);
  const length = range && range.end - range.start + 1;
  if (length !== undefined && contentLength !== undefined && Number(contentLength) !== length) {
    throw new Refusal('SIZE_INVALID', { detail: { range: contentRange, length: contentLength } });
  }
  try {
    return await content.uploads.append(id, name, exchange.body, {
      ...(range && length ? { offset: range.start, size: length } : {}),
      ...(expected ? { algorithm: digestParts(expected).algorithm } : {}),
    });
  } catch (error) {
    if (errorKind(error) === 'conflict') throw outOfOrder(await content.uploads.size(id, name));
    if (error instanceof BerthError && error.kind === 'invalid')
      throw new Refusal('SIZE_INVALID', { message: error.message });
    return await known(Promise.reject(error));
  }
}

const locationOf = (name: string, id: string) => `/v2/${name}/blobs/uploads/${id}`;

function progress(name: string, id: string, size: number): Record<string, string> {
  return {
    Location: locationOf(name, id),
    Range: `0-${Math.max(size - 1, 0)}`,
    'Docker-Upload-UUID': id,
  };
}

async function known<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw errorKind(error) === 'not-found' ? new Refusal('BLOB_UPLOAD_UNKNOWN') : error;
  }
}
