// `/v1/search`: what `docker search localhost:5000/term` asks.
import { parseManifest } from '../../oci/manifest.ts';
import type { Identity } from '../access/access-control.ts';
import { type Call, replyJson } from '../call.ts';
import type { RegistryContext } from '../context.ts';

const usual = 25;
const most = 100;
const descriptionKey = 'org.opencontainers.image.description';

/** Repositories whose names contain the term, those that are the term first. */
export async function searchRepositories(context: RegistryContext, call: Call, identity: Identity): Promise<void> {
  const query = call.query.get('q') ?? '';
  const size = Math.min(count(call.query.get('n')) ?? usual, most);
  const page = count(call.query.get('page')) ?? 1;
  const term = query.toLowerCase();
  const rank = (name: string) => (name === term ? 0 : name.endsWith(`/${term}`) ? 1 : name.startsWith(term) ? 2 : 3);
  const found = context.repositories
    .names()
    .filter(name => name.includes(term) && identity.may('catalog', name))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const shown = found.slice((page - 1) * size, page * size);
  const results = await Promise.all(
    shown.map(async name => ({
      ...{ name, description: await describe(context, name), star_count: 0 },
      ...{ is_official: false, is_automated: false, is_trusted: false },
    })),
  );
  const pages = Math.ceil(found.length / size);
  replyJson(call, { query, page, page_size: size, num_pages: pages, num_results: found.length, results });
}

/** A number from 1 on; undefined for anything else. */
const count = (text: string | null) => (/^0*[1-9]\d{0,8}$/.test(text ?? '') ? Number(text) : undefined);

/** What the newest image says of itself: an annotation or a label. Empty when it says nothing. */
async function describe({ repositories, content }: RegistryContext, name: string): Promise<string> {
  const repository = repositories.get(name);
  const [first] = await repository.tags();
  const link = (await repository.tag('latest')) ?? (first === undefined ? undefined : await repository.tag(first));
  if (!link) return '';
  try {
    const parsed = parseManifest(await content.bytes(link.digest));
    if ('index' in parsed) return parsed.index.annotations?.[descriptionKey] ?? '';
    const annotated = parsed.manifest.annotations?.[descriptionKey];
    if (annotated !== undefined) return annotated;
    const config = JSON.parse((await content.bytes(parsed.manifest.config.digest)).toString('utf8')) as {
      config?: { Labels?: Record<string, unknown> | null };
    };
    const label = config.config?.Labels?.[descriptionKey];
    return typeof label === 'string' ? label : '';
  } catch {
    return '';
  }
}
