// `bake`, `buildx bake`: all the builds that a file describes, those that do not need each other at once.

import { sortedKeys } from '../../../lib/text/go-json.ts';
import { askTargets } from '../../bake/ask-targets.ts';
import { buildTargets } from '../../bake/build-targets.ts';
import { HclError } from '../../bake/expressions/syntax/hcl-error.ts';
import { loadBakeFiles } from '../../bake/files/load-bake-files.ts';
import { listBake } from '../../bake/list-bake.ts';
import { parseOverride, settingAll } from '../../bake/overrides.ts';
import { printTargets } from '../../bake/print-targets.ts';
import { checkReach } from '../../bake/remote/check-reach.ts';
import { loadRemoteBake } from '../../bake/remote/load-remote-bake.ts';
import { placeTargets } from '../../bake/remote/remote-targets.ts';
import { type ResolvedTargets, resolveTargets } from '../../bake/resolve-targets.ts';
import { withFlags } from '../../bake/target-options.ts';
import { isAddress, isRepository } from '../../build/addresses.ts';
import { parseCall } from '../../build/frontend-call.ts';
import { shortAttest } from '../../build/options/attest.ts';
import { failureMessage } from '../../build/outcome/build-failure.ts';
import { describeWarnings, writeMetadata } from '../../build/outcome/build-results.ts';
import { readProgressMode, watchedBuild } from '../../build/watched-build.ts';
import { command } from '../../command.ts';
import { ExitError } from '../../failure.ts';
import { anyArguments } from '../../grammar/argument-rule.ts';
import { bool, list, string } from '../../grammar/flag.ts';
import { builderFlag, progressFlag } from './build-flags.ts';
import { checkBuilder } from './check-builder.ts';

const strings = (usage: string, options: { short?: string } = {}) =>
  list<string>(usage, { ...options, type: 'stringArray' });

export const bake = command({
  usage: '[OPTIONS] [URL [URL]] [TARGET...]',
  args: anyArguments,
  flags: {
    allow: strings(
      'Allow a file from elsewhere more than the working directory: fs=PATH, fs.read, fs.write, ssh, network.host',
    ),
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
    checkBuilder(flags.builder, context);
    try {
      const options = {
        mode: readProgressMode(flags.progress, context),
        detailed: flags.debug || context.options.debug,
      };
      const { address, base, names } = remoteOf(args);
      const file = address
        ? await watchedBuild(context, options, watch => loadRemoteBake(address, flags.file, watch))
        : await loadBakeFiles(flags.file, context.io);
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
      const chosen = resolveTargets(file, names, settings);
      const flagged = {
        ...chosen,
        targets: new Map([...chosen.targets].map(([name, one]) => [name, withFlags(one, common)])),
      };
      const { directory } = context.io;
      const resolved = base ? placeTargets(flagged, base, directory) : flagged;
      if (flags.print) {
        await context.print(printTargets(resolved));
        return 0;
      }
      if (address) checkReach(resolved, { directory, allowed: flags.allow });
      const call = parseCall(flags.check ? 'check' : flags.call || commonCall(resolved));
      if (call) {
        const { output, code } = await watchedBuild(context, options, watch => askTargets(resolved, call, watch));
        await context.print(output);
        return code;
      }
      const metadata = await watchedBuild(context, options, async watch => {
        const built = await buildTargets(resolved, watch, { metadata: flags['metadata-file'] !== '' });
        const named = [...built].map(([name, one]) => [name, one.metadata]);
        return sortedKeys({ ...Object.fromEntries(named), ...describeWarnings(watch) });
      });
      if (flags['metadata-file']) writeMetadata(flags['metadata-file'], metadata);
      return 0;
    } catch (error) {
      const told = (message: string) => message.replace('ERROR: failed to build: ', 'ERROR: ');
      if (error instanceof ExitError) throw new ExitError(error.code, told(error.message), { cause: error });
      const excerpt = error instanceof HclError ? error.excerpt() : '';
      throw new ExitError(1, excerpt + told(failureMessage(error)), { cause: error });
    }
  },
});

/** Where files are from, and where the contexts of their targets are, if not here: addresses stand before the targets. */
function remoteOf([first = '', second = '', ...more]: readonly string[]) {
  const rest = [second, ...more].filter(Boolean);
  if (!isAddress(first)) return { names: [first, ...rest].filter(Boolean) };
  if (isAddress(second)) return { address: first, base: second, names: more };
  return { address: first, base: isRepository(first) ? first : undefined, names: rest };
}

/** What every target of the file wants to be asked; empty where they are built. */
function commonCall({ targets }: ResolvedTargets): string {
  const calls = new Set([...targets.values()].map(({ call = '' }) => call));
  if (calls.size > 1) throw new Error('targets to be built and targets to be asked about cannot be baked together');
  return [...calls][0] ?? '';
}
