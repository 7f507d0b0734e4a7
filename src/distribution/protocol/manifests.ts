// Manifests: fetched as they are, verified, sent.

import { createHash } from 'node:crypto';
import { BerthError, invalid } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { mediaTypes } from '../../oci/descriptor.ts';
import { type Digest, type DigestAlgorithm, digestParts, isDigest } from '../../oci/digest.ts';
import { RegistryError } from '../registry-error.ts';
import type { CallOptions, FetchedManifest } from '../repository.ts';
import type { Answer } from '../transport/transport.ts';
import { discard, type RegistryClient } from './registry-client.ts';

/** What we understand; schema 1 is named last, so that a registry which has nothing else says so. */
const accepted = [
  mediaTypes.ociIndex,
  mediaTypes.ociManifest,
  mediaTypes.dockerList,
  mediaTypes.dockerManifest,
  'application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.5',
  '*/*;q=0.1',
].join(', ');

const largestManifest = 4 * 1024 * 1024;

/** By HEAD; where a registry answers that without a digest, or refuses without a reason, by GET. */
export async function resolveManifest(
  client: RegistryClient,
  path: string,
  tagOrDigest: string,
  { signal }: CallOptions,
): Promise<Descriptor> {
  const answer = await client.call({
    method: 'HEAD',
    path: `${path}/manifests/${tagOrDigest}`,
    headers: { Accept: accepted },
    accept: [200, 400, 401, 403, 404, 405, 501],
    signal,
  });
  await discard(answer);
  const { 'docker-content-digest': digest = '', 'content-length': length, 'content-type': type } = answer.headers;
  const complete = answer.status === 200 && isDigest(digest) && length !== undefined && type !== undefined;
  if (!complete) return (await fetchManifest(client, path, tagOrDigest, { signal })).descriptor;
  return { mediaType: mediaType(type), digest, size: Number(length) };
}

/**
 * Throws `invalid` for bytes that do not have the digest they were asked for by or came with, or say that they are of
 * another type than they came as; `unavailable` for a page.
 */
export async function fetchManifest(
  client: RegistryClient,
  path: string,
  tagOrDigest: string,
  { signal }: CallOptions,
): Promise<FetchedManifest> {
  const answer = await client.call({
    method: 'GET',
    path: `${path}/manifests/${tagOrDigest}`,
    headers: { Accept: accepted },
    accept: [200],
    signal,
  });
  const bytes = await answer.buffer(largestManifest);
  const type = mediaType(answer.headers['content-type']);
  requireObject(bytes, type);
  const digest = verifiedDigest(answer, bytes, tagOrDigest);
  const declared = declaredType(bytes);
  if (declared !== undefined && type !== '' && declared !== type) {
    throw invalid(`manifest ${digest} is not of the type it was served as: it is ${declared}, not ${type}`);
  }
  return { bytes, descriptor: { mediaType: type, digest, size: bytes.length } };
}

/**
 * Returns the digest the registry gave it, which is checked against ours, and whether the registry noted what the manifest
 * says it is about. It is sent as what it declares itself, or else as `mediaType`.
 */
export async function sendManifest(
  client: RegistryClient,
  path: string,
  manifest: { reference: string; bytes: Uint8Array; mediaType: string },
  { signal }: CallOptions,
): Promise<{ digest: Digest; knowsSubject: boolean }> {
  const { reference, bytes } = manifest;
  const answer = await client.call({
    method: 'PUT',
    path: `${path}/manifests/${reference}`,
    headers: { 'Content-Type': declaredType(bytes) ?? manifest.mediaType },
    body: bytes,
    accept: [200, 201, 202],
    signal,
  });
  await discard(answer);
  const given = answer.headers['docker-content-digest'];
  const digest = digestOf(bytes, given !== undefined && isDigest(given) ? digestParts(given).algorithm : 'sha256');
  if (given !== undefined && given !== digest)
    throw invalid(`the registry has another manifest than was sent: ${given} is not ${digest}`);
  return { digest, knowsSubject: answer.headers['oci-subject'] !== undefined };
}

/** A tag that is already gone is `not-found`. */
export async function removeManifest(
  client: RegistryClient,
  path: string,
  tagOrDigest: string,
  { signal }: CallOptions,
): Promise<void> {
  const answer = await client.call({
    method: 'DELETE',
    path: `${path}/manifests/${tagOrDigest}`,
    accept: [200, 202],
    signal,
  });
  await discard(answer);
}

/** True when a registry says that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return error instanceof RegistryError && error.status === 404;
}

/** The page of somebody between us and the registry (a proxy, a hotel) is no answer of the registry. */
function requireObject(bytes: Buffer, type: string): void {
  if (/^\s*\{/.test(bytes.toString('latin1', 0, 64))) return;
  throw new BerthError('unavailable', `unsupported manifest media type and no default available: ${type}`);
}

function verifiedDigest(answer: Answer, bytes: Buffer, tagOrDigest: string): Digest {
  const said = answer.headers['docker-content-digest'];
  const expected = isDigest(tagOrDigest) ? tagOrDigest : said !== undefined && isDigest(said) ? said : undefined;
  const digest = digestOf(bytes, expected ? digestParts(expected).algorithm : 'sha256');
  if (expected !== undefined && digest !== expected) {
    throw invalid(`manifest verification failed for digest ${expected}`);
  }
  return digest;
}

function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** The `mediaType` in a manifest; undefined where there is none, or no manifest. */
function declaredType(bytes: Uint8Array): string | undefined {
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
    const type = typeof document === 'object' && document !== null && 'mediaType' in document && document.mediaType;
    return typeof type === 'string' && type !== '' ? type : undefined;
  } catch {
    return undefined;
  }
}

const mediaType = (header: string | undefined) => header?.split(';')[0]?.trim() ?? '';
