// Collection of garbage while everybody pushes and pulls: tags past their time, manifests without a tag, blobs that no
// manifest names, bytes that no repository has.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Digest } from '../../oci/digest.ts';
import type { RegistryContext } from '../context.ts';
import { removeManifest } from '../manifests/remove-manifest.ts';
import { markRepository } from './mark.ts';
import { Retention } from './retention.ts';

/** How many of each kind went; `blobs` are those whose bytes are gone. */
export interface CollectionReport {
  tags: number;
  manifests: number;
  blobs: number;
  bytes: number;
}

export interface CollectOptions {
  /** Milliseconds. */
  readonly grace: number;
  /** Nothing goes; the report says what would. */
  readonly dryRun?: boolean | undefined;
  /** Hears of each tag (`app:v1`) and manifest (`app@sha256:…`) that goes. */
  readonly onGone?: ((what: string) => void) | undefined;
}

type Needs = Pick<RegistryContext, 'options' | 'content' | 'repositories' | 'uses' | 'locks' | 'news' | 'now'>;

interface Run {
  readonly context: Needs;
  readonly retention: Retention;
  readonly started: number;
  /** What was touched or noted since then is spared. */
  readonly since: number;
  readonly report: CollectionReport;
  readonly dryRun: boolean;
  readonly onGone: (what: string) => void;
}

/**
 * Removes what nobody needs. Whatever somebody noted in `uses`, or that was touched on disk, within `grace` milliseconds
 * before the start or during it, stays: a removal and the look before it are one step that nothing comes between.
 */
export async function collect(
  context: Needs,
  { grace, dryRun = false, onGone = () => {} }: CollectOptions,
): Promise<CollectionReport> {
  const started = context.now();
  const run: Run = {
    ...{ context, started, since: started - grace, dryRun, onGone },
    retention: new Retention(context.options.collection.retention),
    report: { tags: 0, manifests: 0, blobs: 0, bytes: 0 },
  };
  const linked = new Set<Digest>();
  for (const name of context.repositories.names()) {
    const given = await retire(run, name);
    await collectRepository(run, name, { given, linked });
    await nextTurn();
  }
  await collectContent(run, linked);
  if (!dryRun) context.uses.prune(run.since);
  return run.report;
}

/** Returns the tags that have had their time. */
async function retire(
  { context, retention, started, report, dryRun, onGone }: Run,
  name: string,
): Promise<Set<string>> {
  const { repositories, locks, news } = context;
  if (!retention.concerns(name)) return new Set();
  return await locks.run(name, async () => {
    const repository = repositories.get(name);
    const links = await Promise.all(
      (await repository.tags()).map(async tag => [tag, await repository.tag(tag)] as const),
    );
    const tags = new Map(links.flatMap(([tag, link]) => (link ? [[tag, link] as const] : [])));
    const given = retention.plan(name, tags, started);
    for (const tag of given) {
      if (!dryRun && !repository.removeTag(tag)) continue;
      report.tags++;
      onGone(`${name}:${tag}`);
      if (dryRun) continue;
      news.tell({ action: 'delete', repository: name, target: { tag }, actor: 'retention' });
    }
    return given;
  });
}

/** Adds to `linked` what stays of it. */
async function collectRepository(
  run: Run,
  name: string,
  { given, linked }: { given: ReadonlySet<string>; linked: Set<Digest> },
): Promise<void> {
  const { context, report, dryRun } = run;
  const repository = context.repositories.get(name);
  const { untagged } = context.options.collection;
  const isOld = (digest: Digest) =>
    untagged !== undefined && isPast(run, repository.manifestTouchedAt(digest), digest, untagged);
  const wanted = await markRepository(repository, context.content, digest => !isOld(digest), given);
  for (const digest of await repository.manifests()) {
    // Whoever gave it a tag since its tags were read has touched it, too.
    const removal = { stillUnwanted: () => isOld(digest), untagged: true };
    const isGone =
      !wanted.manifests.has(digest) && (dryRun ? isOld(digest) : await removeManifest(context, name, digest, removal));
    if (!isGone) {
      linked.add(digest);
      continue;
    }
    report.manifests++;
    run.onGone(`${name}@${digest}`);
  }
  for await (const digest of inTurns(await repository.blobs.list())) {
    const unwanted = !wanted.blobs.has(digest) && isPast(run, repository.blobs.touchedAt(digest), digest);
    if (!unwanted) linked.add(digest);
    else if (!dryRun) repository.blobs.remove(digest);
  }
  if (dryRun) return;
  // Those that came meanwhile.
  for (const digest of await repository.manifests()) linked.add(digest);
  context.repositories.prune(name);
}

/** Neither touched since the grace (or `age`, if that is longer ago) began, nor noted. */
function isPast({ context, started, since }: Run, touched: number | undefined, digest: Digest, age = 0): boolean {
  const limit = Math.min(since, started - age);
  return touched !== undefined && touched < limit && !context.uses.isRecent(digest, limit);
}

async function collectContent({ context, since, report, dryRun }: Run, linked: ReadonlySet<Digest>): Promise<void> {
  const { content, uses } = context;
  const removals: Promise<void>[] = [];
  for await (const digest of inTurns(await content.listLater())) {
    if (linked.has(digest) || uses.isRecent(digest, since)) continue;
    if (!content.has(digest)) continue;
    report.blobs++;
    report.bytes += content.size(digest);
    if (dryRun) continue;
    removals.push(content.remove(digest));
    if (removals.length === 100) await Promise.all(removals.splice(0));
  }
  await Promise.all(removals);
}

/** The items, with a pause for others every few hundred. */
async function* inTurns<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const [index, item] of items.entries()) {
    if (index % 200 === 199) await nextTurn();
    yield item;
  }
}
