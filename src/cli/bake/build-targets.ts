// Targets as builds: all at once, but one that is built from another's result waits for it.
import { describeBuild, imageId } from '../build/outcome/build-results.ts';
import { planBuild } from '../build/plan-build.ts';
import { runBuild } from '../build/run-build.ts';
import type { Watch } from '../build/watched-build.ts';
import { withProxies } from '../build/with-proxies.ts';
import type { BakeTarget } from './files/bake-file.ts';
import { prefixedDisplay } from './prefixed-display.ts';
import { type ResolvedTargets, usedTargets } from './resolve-targets.ts';
import { targetOptions } from './target-options.ts';

type Response = Readonly<Record<string, string>>;

/** What came of one target. */
interface BuiltTarget {
  /** What its exporters say. */
  readonly response: Response;
  /** What a metadata file has of it; empty unless wanted. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Every target once. The first failure ends all others, and is thrown when they have ended: nothing of them is left then.
 */
export async function buildTargets(
  { targets }: ResolvedTargets,
  watch: Watch,
  o: { metadata: boolean },
): Promise<ReadonlyMap<string, BuiltTarget>> {
  const failed = new AbortController();
  const watched = { ...watch, signal: AbortSignal.any([watch.signal, failed.signal]) };
  const running = new Map<string, Promise<BuiltTarget>>();
  const intermediate: string[] = [];
  const used = new Set([...targets.values()].flatMap(usedTargets));
  const start = (name: string): Promise<BuiltTarget> => {
    const known = running.get(name) ?? buildOne(name);
    running.set(name, known);
    return known;
  };
  async function buildOne(name: string): Promise<BuiltTarget> {
    const target = targets.get(name) ?? {};
    const contexts = await builtContexts(target, async other => (await start(other)).response);
    // What another target is built from has to be an image it can name.
    const isIntermediate = used.has(name) && !staysHere(target);
    const options = targetOptions(isIntermediate ? withImage(target) : target, contexts);
    watched.signal.throwIfAborted();
    await using plan = await planBuild(withProxies(options, watch.context), watch.context.io);
    const display = targets.size > 1 ? prefixedDisplay(watch.display, name) : watch.display;
    const outcome = await runBuild(plan, { ...watched, display });
    if (isIntermediate) intermediate.push(imageId(outcome.response));
    return { ...outcome, metadata: o.metadata ? await describeBuild(outcome, watch) : {} };
  }
  const all = [...targets.keys()].map(async name => [name, await start(name)] as const);
  try {
    return new Map(await Promise.all(all));
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    await Promise.allSettled(all);
    // Nobody asked for these: what was built from them has their layers.
    const { client } = watch.context;
    await Promise.allSettled(intermediate.map(id => client.call('ImageDelete', { path: { name: id } })));
  }
}

/** Whether an image comes of it that stays in the daemon. */
function staysHere({ output = [] }: BakeTarget): boolean {
  return output.length === 0 || output.some(one => /^type=(?:docker|image|registry)\b(?!.*\bdest=)/.test(one));
}

function withImage(target: BakeTarget): BakeTarget {
  const others = (target.output ?? []).filter(output => output !== 'type=cacheonly');
  return others.length === 0 ? { ...target, output: [] } : { ...target, output: [...others, 'type=image'] };
}

/** Contexts that are other targets become the images of those. */
async function builtContexts(
  { contexts = {} }: BakeTarget,
  responseOf: (name: string) => Promise<Response>,
): Promise<Record<string, string>> {
  const entries = Object.entries(contexts).map(async ([name, value]) => {
    if (!value.startsWith('target:')) return [name, value];
    return [name, `docker-image://${imageId(await responseOf(value.slice('target:'.length)))}`];
  });
  return Object.fromEntries(await Promise.all(entries));
}
