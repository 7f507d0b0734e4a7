// `docker search`.

import type { Filters } from '../../../api/codecs.ts';
import type { ImageSearchResponseItem } from '../../../api/types/images.ts';
import { invalid } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { asDockerFails } from './pull.ts';
import { decodeRegistryAuth } from './registry-auth.ts';

const knownFilters = ['is-automated', 'is-official', 'stars'];
const limitByDefault = 25;

/** At most `limit` (1 to 100) rows. Throws `invalid` for other limits and filters, in Docker's words. */
export async function searchImages(
  engine: Pick<Engine, 'registries'>,
  query: { term: string; limit: number | undefined; filters: Filters | undefined },
  { auth, signal }: { auth: string | undefined; signal: AbortSignal },
): Promise<ImageSearchResponseItem[]> {
  const { term } = query;
  const limit = query.limit || limitByDefault;
  if (limit < 1 || limit > 100) throw invalid(`limit ${limit} is outside the range of [1, 100]`);
  const wanted = readFilters(query.filters ?? {});
  if (/^https?:\/\//.test(term)) {
    throw invalid(`invalid repository name: repository name (${term}) should not have a scheme`);
  }
  const credentials = decodeRegistryAuth(auth);
  try {
    const found = await engine.registries.search(term, { limit, credentials, signal });
    return found
      .map(row => ({
        ...{ star_count: row.stars, is_official: row.official, name: row.name },
        ...{ is_automated: false, description: row.description },
      }))
      .filter(wanted);
  } catch (error) {
    throw asDockerFails(error);
  }
}

function readFilters(filters: Filters): (row: ImageSearchResponseItem) => boolean {
  const unknown = Object.keys(filters).find(key => !knownFilters.includes(key));
  if (unknown !== undefined) throw invalid(`invalid filter '${unknown}'`);
  const automated = truth(filters, 'is-automated');
  const official = truth(filters, 'is-official');
  const stars = Math.max(0, ...(filters.stars ?? []).map(readStars));
  return row =>
    // There are no automated builds any more, so that asking for them finds nothing.
    automated !== true && (official === undefined || row.is_official === official) && row.star_count >= stars;
}

function truth(filters: Filters, key: string): boolean | undefined {
  const values = filters[key];
  if (!values) return undefined;
  const yes = values.some(value => ['true', '1'].includes(value));
  const no = values.some(value => ['false', '0'].includes(value));
  if (yes === no) throw invalid(`invalid filter '${key}=[${values.join(' ')}]'`);
  return yes;
}

function readStars(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw invalid(`invalid filter 'stars=${text}': strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}
