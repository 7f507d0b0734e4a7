// Lists: tags, the catalogue, referrers.

import { type Descriptor, mediaTypes } from '../../oci/descriptor.ts';
import type { Index } from '../../oci/manifest.ts';
import type { Identity } from '../access/access-control.ts';
import { type Call, replyJson } from '../call.ts';
import type { RegistryContext } from '../context.ts';
import { compareNames, type Page, takePage } from '../http/paging.ts';
import { manifestLimit } from '../manifests/read-manifest.ts';
import { checkDigest } from '../names.ts';
import { Refusal } from '../refusal.ts';
import { referrersOf, tagsOf } from '../upstreams/cached-lists.ts';

const byBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const itself = (text: string) => text;

/** `/v2/<name>/tags/list` */
export async function listTags(context: RegistryContext, call: Call, name: string): Promise<void> {
  const { repositories, upstreams } = context;
  const cached = upstreams.find(name);
  if (!cached && !repositories.has(name)) throw new Refusal('NAME_UNKNOWN', { detail: { name } });
  const known = cached ? await tagsOf(context, cached) : { items: await repositories.get(name).tags(), headers: {} };
  const tags = known.items.sort(compareNames);
  const options = { key: itself, compare: compareNames, path: `/v2/${name}/tags/list`, limit: 10_000 };
  const page = takePage(tags, call.query, options);
  replyJson(call, { name, tags: page.items }, { ...known.headers, ...page.headers });
}

/** `/v2/_catalog`: what `identity` may see. */
export function listCatalog({ repositories }: RegistryContext, call: Call, identity: Identity): void {
  const visible = repositories.names().filter(name => identity.may('catalog', name));
  const options = { key: itself, compare: byBytes, path: '/v2/_catalog', usual: 100, limit: 1000 };
  const page = takePage(visible, call.query, options);
  replyJson(call, { repositories: page.items }, page.headers);
}

/** `/v2/<name>/referrers/<digest>` */
export async function listReferrers(
  context: RegistryContext,
  call: Call,
  name: string,
  reference: string,
): Promise<void> {
  const { repositories, upstreams } = context;
  const subject = checkDigest(reference);
  const artifactType = call.query.get('artifactType');
  const cached = upstreams.find(name);
  const all = cached
    ? await referrersOf(context, cached, subject)
    : { items: await repositories.get(name).referrers(subject), headers: {} };
  const wanted = artifactType ? all.items.filter(one => one.artifactType === artifactType) : all.items;
  const path = `/v2/${name}/referrers/${subject}`;
  const page = takeReferrers(wanted, call.query, path);
  const index: Index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: page.items };
  const filters: Record<string, string> = artifactType ? { 'OCI-Filters-Applied': 'artifactType' } : {};
  replyJson(call, index, { 'Content-Type': mediaTypes.ociIndex, ...filters, ...all.headers, ...page.headers });
}

/** A page that is no larger than a manifest may be: annotations can be long. */
function takeReferrers(wanted: readonly Descriptor[], query: URLSearchParams, path: string): Page<Descriptor> {
  for (let limit = 1000; ; limit = Math.floor(limit / 2)) {
    const page = takePage(wanted, query, { key: one => one.digest, compare: byBytes, path, limit });
    if (limit === 1 || JSON.stringify(page.items).length < manifestLimit) return page;
  }
}
