// `/v2/<name>/manifests/<reference>`: manifests by tag or digest.
import type { Descriptor } from '../../oci/descriptor.ts';
import { isIndexType, mediaTypes } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { type Call, commonHeaders, reply } from '../call.ts';
import type { RegistryContext } from '../context.ts';
import { accepts } from '../manifests/accept.ts';
import { putManifest } from '../manifests/put-manifest.ts';
import { manifestLimit } from '../manifests/read-manifest.ts';
import { removeManifest } from '../manifests/remove-manifest.ts';
import { parseManifestName } from '../names.ts';
import { Refusal } from '../refusal.ts';
import { refreshManifest } from '../upstreams/cached-manifest.ts';

/** GET and HEAD. */
export async function getManifest(
  context: RegistryContext,
  call: Call,
  name: string,
  reference: string,
): Promise<Descriptor> {
  const { exchange } = call;
  const wanted = parseManifestName(reference);
  const cached = context.upstreams.find(name);
  const stale = cached ? await refreshManifest(context, cached, wanted) : {};
  const { digest, mediaType } = await findManifest(context, name, wanted);
  const bytes = await context.content.bytes(digest);
  const accept = exchange.headers.accept;
  if ('tag' in wanted && !accepts(accept, mediaType)) {
    const only = isIndexType(mediaType) ? usualPlatform(bytes, accept) : undefined;
    if (only === undefined) throw notAccepted(mediaType);
    return await getManifest(context, call, name, only);
  }
  const etag = `"${digest}"`;
  const headers = {
    ...commonHeaders,
    'Content-Type': mediaType,
    'Docker-Content-Digest': digest,
    Etag: etag,
    ...stale,
  };
  exchange.send(exchange.headers['if-none-match']?.includes(etag) ? 304 : 200, headers, bytes);
  return { digest, mediaType, size: bytes.length };
}

/** Notes that somebody relies on it; throws the refusal when the repository does not have it. */
async function findManifest(
  { repositories, content, uses }: Pick<RegistryContext, 'repositories' | 'content' | 'uses'>,
  name: string,
  wanted: { tag: string } | { digest: Digest },
): Promise<{ digest: Digest; mediaType: string }> {
  if (!repositories.has(name)) throw new Refusal('NAME_UNKNOWN', { detail: { name } });
  const repository = repositories.get(name);
  const digest = 'digest' in wanted ? wanted.digest : (await repository.tag(wanted.tag))?.digest;
  const unknown = () => new Refusal('MANIFEST_UNKNOWN', { detail: wanted });
  if (!digest || !repository.hasManifest(digest)) throw unknown();
  uses.note(digest);
  const link = await repository.manifest(digest);
  if (!link || !content.has(digest)) throw unknown();
  return { digest, mediaType: link.mediaType };
}

/** PUT. */
export async function pushManifest(
  context: RegistryContext,
  { exchange, ...call }: Call,
  name: string,
  reference: string,
): Promise<Descriptor> {
  const wanted = parseManifestName(reference);
  const tooLarge = { status: 413, message: `manifest is larger than ${manifestLimit} bytes` };
  if (Number(exchange.headers['content-length'] ?? 0) > manifestLimit) throw new Refusal('SIZE_INVALID', tooLarge);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of exchange.body) {
    size += part.length;
    if (size > manifestLimit) throw new Refusal('SIZE_INVALID', tooLarge);
    parts.push(part);
  }
  const contentType = exchange.headers['content-type'];
  const pushed = { name, reference: wanted, bytes: Buffer.concat(parts), contentType };
  const { descriptor, manifest } = await putManifest(context, pushed);
  reply({ exchange, ...call }, 201, {
    Location: `/v2/${name}/manifests/${descriptor.digest}`,
    'Docker-Content-Digest': descriptor.digest,
    ...(manifest.subject ? { 'OCI-Subject': manifest.subject.digest } : {}),
  });
  return descriptor;
}

/** DELETE: a tag alone, or a manifest with all its tags. Returns what went. */
export async function deleteManifest(
  context: RegistryContext,
  call: Call,
  name: string,
  reference: string,
): Promise<{ tag: string } | { digest: Digest }> {
  const wanted = parseManifestName(reference);
  if (!context.repositories.has(name)) throw new Refusal('NAME_UNKNOWN', { detail: { name } });
  const gone =
    'tag' in wanted
      ? await context.locks.run(name, () => context.repositories.get(name).removeTag(wanted.tag))
      : await removeManifest(context, name, wanted.digest);
  if (!gone) throw new Refusal('MANIFEST_UNKNOWN', { detail: wanted });
  reply(call, 202, {});
  return wanted;
}

/** What Docker's registry gives clients from before there were indexes: the manifest for the platform most run on. */
function usualPlatform(bytes: Buffer, accept: string | undefined): Digest | undefined {
  const parsed = parseManifest(bytes);
  if (!('index' in parsed)) return undefined;
  return parsed.index.manifests.find(
    ({ platform, mediaType }) =>
      platform?.os === 'linux' && platform.architecture === 'amd64' && accepts(accept, mediaType),
  )?.digest;
}

function notAccepted(mediaType: string): Refusal {
  const kind = mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.ociManifest ? 'OCI' : 'Docker schema 2';
  return new Refusal('MANIFEST_UNKNOWN', { message: `${kind} manifest found, but accept header does not support it` });
}
