// `build`, `image build`, `builder build`, `buildx build`.

import type { BuildOptions } from '../../build/build-options.ts';
import { askQuestion, parseCall } from '../../build/frontend-call.ts';
import { shortAttest } from '../../build/options/attest.ts';
import { failureMessage } from '../../build/outcome/build-failure.ts';
import {
  describeBuild,
  describeWarnings,
  imageId,
  removeIdFile,
  writeId,
  writeMetadata,
} from '../../build/outcome/build-results.ts';
import { type BuildPlan, planBuild } from '../../build/plan-build.ts';
import { runBuild } from '../../build/run-build.ts';
import { readProgressMode, type WatchOptions, watchedBuild } from '../../build/watched-build.ts';
import { withProxies } from '../../build/with-proxies.ts';
import type { ProgressMode } from '../../build-progress/build-display.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import type { FlagValues } from '../../grammar/flag.ts';
import { defaultPlatform } from '../flags.ts';
import { buildFlags } from './build-flags.ts';
import { checkBuilder } from './check-builder.ts';

type Flags = FlagValues<typeof buildFlags>;

export const build = command({
  usage: '[OPTIONS] PATH | URL | -',
  args: exactly(1),
  flags: buildFlags,
  async run(context, { flags, args }) {
    checkBuilder(flags.builder, context);
    try {
      for (const [name, text] of Object.entries(ofOthers)) {
        if (flags[name as keyof typeof ofOthers].length > 0) context.io.stderr.write(`WARNING: ${name} ${text}\n`);
      }
      const call = parseCall(flags.check ? 'check' : flags.call);
      const mode = progressMode(flags, context);
      const options = { mode, detailed: flags.debug || context.options.debug };
      await using plan = await planBuild(withProxies(buildOptions(flags, args[0] ?? '', context), context), context.io);
      return call
        ? await askQuestion(plan, call, { context, ...options })
        : await buildImage(plan, { context, flags, options });
    } catch (error) {
      if (error instanceof ExitError) throw error;
      throw new ExitError(1, failureMessage(error), { cause: error });
    }
  },
});

/** Flags of other builders that ask for what there is not, and what buildx says of them. */
const ofOthers = {
  isolation: 'flag is deprecated with BuildKit.',
  'security-opt': 'flag is deprecated. "RUN --security=insecure" should be used with BuildKit.',
};

/** Throws a plain Error for modes that do not go together. */
function progressMode({ quiet, progress }: Flags, context: Context): ProgressMode {
  if (!quiet) return readProgressMode(progress, context);
  if (progress === 'auto' || progress === 'quiet') return 'quiet';
  throw new Error(`progress=${progress} and quiet cannot be used together`);
}

async function buildImage(
  plan: BuildPlan,
  { context, flags, options }: { context: Context; flags: Flags; options: WatchOptions },
): Promise<number> {
  if (flags.iidfile && plan.request.exporters?.some(({ type }) => type === 'local' || type === 'tar'))
    throw new Error('local and tar exporters are incompatible with image ID file');
  if (flags.iidfile) removeIdFile(flags.iidfile);
  const { response, metadata } = await watchedBuild(context, options, async watch => {
    const outcome = await runBuild(plan, watch);
    const wanted = flags['metadata-file'] !== '';
    const told = wanted ? { ...(await describeBuild(outcome, watch)), ...describeWarnings(watch) } : {};
    return { ...outcome, metadata: told };
  });
  const id = imageId(response);
  if (options.mode === 'quiet' && id !== '') await context.print(`${id}\n`);
  if (flags.iidfile) writeId(flags.iidfile, id);
  if (flags['metadata-file']) writeMetadata(flags['metadata-file'], metadata);
  return 0;
}

function buildOptions(flags: Flags, context: string, caller: Context): BuildOptions {
  return {
    context,
    file: flags.file,
    namedContexts: flags['build-context'],
    args: flags['build-arg'],
    labels: flags.label,
    annotations: flags.annotation,
    tags: flags.tag,
    target: flags.target,
    platforms: flags.platform.length > 0 ? flags.platform : [defaultPlatform(caller)].filter(Boolean),
    noCache: flags['no-cache'],
    noCacheFilter: flags['no-cache-filter'],
    pull: flags.pull,
    network: flags.network,
    extraHosts: flags['add-host'],
    shmSize: flags['shm-size'],
    ulimits: flags.ulimit,
    cgroupParent: flags['cgroup-parent'],
    secrets: flags.secret,
    ssh: flags.ssh,
    outputs: flags.output,
    push: flags.push,
    load: flags.load,
    cacheFrom: flags['cache-from'],
    cacheTo: flags['cache-to'],
    attests: [...flags.attest, ...shortAttest('provenance', flags.provenance), ...shortAttest('sbom', flags.sbom)],
    entitlements: flags.allow,
    ours: ourOptions(flags),
  };
}

/** What BuildKit does not have: limits of the classic builder, one layer of many, and reasons. */
function ourOptions(flags: Flags): Record<string, string> {
  const numbers = { cpuPeriod: 'cpu-period', cpuQuota: 'cpu-quota', cpuShares: 'cpu-shares' } as const;
  const wanted: Record<string, string> = {};
  for (const [key, name] of Object.entries(numbers)) if (flags[name] !== 0) wanted[key] = String(flags[name]);
  if (flags.memory !== 0) wanted.memory = String(flags.memory);
  if (flags['memory-swap'] !== 0) wanted.memorySwap = String(flags['memory-swap']);
  if (flags['cpuset-cpus']) wanted.cpusetCpus = flags['cpuset-cpus'];
  if (flags['cpuset-mems']) wanted.cpusetMems = flags['cpuset-mems'];
  if (flags.squash) wanted.squash = 'true';
  if (flags.why) wanted.why = 'true';
  return wanted;
}
