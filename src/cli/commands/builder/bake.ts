// `bake`, `buildx bake`: all the builds that a file describes, those that do not need each other at once.

import { askTargets } from '../../bake/ask-targets.ts';
import { HclError } from '../../bake/expressions/syntax/hcl-error.ts';
import type { BakeTarget } from '../../bake/files/bake-file.ts';
import { loadBakeFiles } from '../../bake/files/load-bake-files.ts';
import { listBake } from '../../bake/list-bake.ts';
import { parseOverride, settingAll } from '../../bake/overrides.ts';
import { prefixedDisplay } from '../../bake/prefixed-display.ts';
import { printTargets } from '../../bake/print-targets.ts';
import { type ResolvedTargets, resolveTargets, usedTargets } from '../../bake/resolve-targets.ts';
import { targetOptions, withFlags } from '../../bake/target-options.ts';
import { parseCall } from '../../build/frontend-call.ts';
import { shortAttest } from '../../build/options/attest.ts';
import { failureMessage } from '../../build/outcome/build-failure.ts';
import { buildMetadata, imageId, writeMetadata } from '../../build/outcome/build-results.ts';
import { planBuild } from '../../build/plan-build.ts';
import { type BuildOutcome, runBuild } from '../../build/run-build.ts';
import { readProgressMode, type Watch, watchedBuild } from '../../build/watched-build.ts';
import { withProxies } from '../../build/with-proxies.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { anyArguments } from '../../grammar/argument-rule.ts';
import { bool, list, string } from '../../grammar/flag.ts';
import { builderFlag, progressFlag } from './build-flags.ts';

const strings = (usage: string, options: { short?: string } = {}) =>
  list<string>(usage, { ...options, type: 'stringArray' });

export const bake = command({
  usage: '[OPTIONS] [TARGET...]',
  args: anyArguments,
  flags: {
    allow: strings('Taken and without effect: what a file names is allowed'),
    builder: builderFlag(),
    call: string('Ask about the Dockerfiles instead of building: check, outline, targets'),
    check: bool('Short for --call=check'),
    debug: bool('Show all that is known of warnings', { short: 'D' }),
    file: strings('A bake file in HCL or JSON, or a Compose file; later ones on top', { short: 'f' }),
    list: string('List targets or variables'),
    load: bool('Keep the images in the daemon: short for --set=*.output=type=docker'),
    'metadata-file': string('Write what is known of the results to this file, as JSON'),
    'no-cache': bool('Run every step, whatever the cache knows'),
    print: bool('Print what would be built'),
    progress: progressFlag(),
    provenance: string('Short for --set=*.attest=type=provenance'),
    pull: bool('Look for newer base images'),
    push: bool('Push the images: short for --set=*.output=type=registry'),
    sbom: string('Short for --set=*.attest=type=sbom'),
    set: strings('Set a field of targets (TARGETPATTERN.KEY=VALUE)'),
  },
  async run(context, { flags, args }) {
    try {
      const file = await loadBakeFiles(flags.file, context.io);
      for (const warning of file.warnings) context.io.stderr.write(`WARNING: ${warning}\n`);
      if (flags.list) {
        if (flags.print) throw new Error('--print and --list are mutually exclusive');
        await context.print(listBake(flags.list, file));
        return 0;
      }
      const common = {
        ...{ noCache: flags['no-cache'], pull: flags.pull, push: flags.push, load: flags.load },
        attests: [...shortAttest('sbom', flags.sbom), ...shortAttest('provenance', flags.provenance)],
      };
      const settings = settingAll(file, flags.set.map(parseOverride), context.io.environment);
      const chosen = resolveTargets(file, args, settings);
      const resolved = {
        ...chosen,
        targets: new Map([...chosen.targets].map(([name, one]) => [name, withFlags(one, common)])),
      };
      if (flags.print) {
        await context.print(printTargets(resolved));
        return 0;
      }
      const options = {
        mode: readProgressMode(flags.progress, context),
        detailed: flags.debug || context.options.debug,
      };
      const call = parseCall(flags.check ? 'check' : flags.call || commonCall(resolved));
      if (call) {
        const { output, code } = await watchedBuild(context, options, watch => askTargets(resolved, call, watch));
        await context.print(output);
        return code;
      }
      const outcomes = await watchedBuild(context, options, watch => buildAll(resolved, watch));
      if (flags['metadata-file']) writeMetadata(flags['metadata-file'], metadataOf(outcomes, context));
      return 0;
    } catch (error) {
      if (error instanceof ExitError) throw error;
      const excerpt = error instanceof HclError ? error.excerpt() : '';
      throw new ExitError(1, excerpt + failureMessage(error).replace('failed to build: ', ''), { cause: error });
    }
  },
});

/** What every target of the file wants to be asked; empty where they are built. */
function commonCall({ targets }: ResolvedTargets): string {
  const calls = new Set([...targets.values()].map(({ call = '' }) => call));
  if (calls.size > 1) throw new Error('targets to be built and targets to be asked about cannot be baked together');
  return [...calls][0] ?? '';
}

/** Every target once; one that is built from another's result waits for it. */
async function buildAll({ targets }: ResolvedTargets, watch: Watch): Promise<ReadonlyMap<string, BuildOutcome>> {
  const running = new Map<string, Promise<BuildOutcome>>();
  const intermediate: string[] = [];
  const used = new Set([...targets.values()].flatMap(usedTargets));
  const start = (name: string): Promise<BuildOutcome> => {
    const known = running.get(name) ?? buildOne(name);
    running.set(name, known);
    return known;
  };
  async function buildOne(name: string): Promise<BuildOutcome> {
    const target = targets.get(name) ?? {};
    const contexts = await builtContexts(target, start);
    // What another target is built from has to be an image it can name.
    const isIntermediate = used.has(name) && !staysHere(target);
    const options = targetOptions(isIntermediate ? withImage(target) : target, contexts);
    await using plan = await planBuild(withProxies(options, watch.context), watch.context.io);
    const display = targets.size > 1 ? prefixedDisplay(watch.display, name) : watch.display;
    const outcome = await runBuild(plan, { ...watch, display });
    if (isIntermediate) intermediate.push(imageId(outcome.response));
    return outcome;
  }
  const all = [...targets.keys()].map(async name => [name, await start(name)] as const);
  try {
    // The first failure is told of; the others end with the connection.
    return new Map(await Promise.all(all));
  } finally {
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
  start: (name: string) => Promise<BuildOutcome>,
): Promise<Record<string, string>> {
  const entries = Object.entries(contexts).map(async ([name, value]) => {
    if (!value.startsWith('target:')) return [name, value];
    const { response } = await start(value.slice('target:'.length));
    return [name, `docker-image://${imageId(response)}`];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function metadataOf(outcomes: ReadonlyMap<string, BuildOutcome>, { contextName }: Context): Record<string, unknown> {
  const entries = [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, { ref, response }]) => [
      name,
      buildMetadata(response, { 'buildx.build.ref': `${contextName}/${contextName}/${ref}` }),
    ]),
  );
}
