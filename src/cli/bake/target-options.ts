// A target as a build.
import { parseRamBytes } from '../../lib/units.ts';
import { type BuildOptions, defaultBuildOptions } from '../build/build-options.ts';
import type { BakeTarget } from './bake-file.ts';

/** What the command line says of all targets. */
export interface BakeFlags {
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly push: boolean;
  readonly load: boolean;
  readonly attests: readonly string[];
}

/** `contexts` replaces those of the target: what stood for other targets is known by now. */
export function targetOptions(
  target: BakeTarget,
  { flags, contexts }: { flags: BakeFlags; contexts: Readonly<Record<string, string>> },
): BuildOptions {
  const outputs = target.output ?? [];
  const onlyImages = outputs.every(output => /^type=(?:docker|image|registry)\b/.test(output));
  return {
    ...defaultBuildOptions,
    context: target.context ?? '.',
    file: dockerfileOf(target),
    ...(target['dockerfile-inline'] !== undefined && { inline: target['dockerfile-inline'] }),
    namedContexts: texts(contexts),
    args: texts(target.args),
    labels: texts(target.labels),
    annotations: target.annotations ?? [],
    tags: target.tags ?? [],
    target: target.target ?? '',
    platforms: target.platforms ?? [],
    noCache: flags.noCache || target['no-cache'] === true,
    noCacheFilter: target['no-cache-filter'] ?? [],
    pull: flags.pull || target.pull === true,
    network: target.network ?? '',
    extraHosts: texts(target['extra-hosts']),
    shmSize: target['shm-size'] ? parseRamBytes(target['shm-size']) : 0,
    ulimits: target.ulimits ?? [],
    secrets: target.secret ?? [],
    ssh: target.ssh ?? [],
    outputs,
    // Conditional, as buildx has it: what goes to a file is neither pushed nor loaded.
    push: flags.push && onlyImages,
    load: flags.load && onlyImages,
    cacheFrom: target['cache-from'] ?? [],
    cacheTo: target['cache-to'] ?? [],
    attests: [...(target.attest ?? []), ...flags.attests],
    entitlements: target.entitlements ?? [],
  };
}

/** In files it is relative to the context, on command lines to the working directory. */
function dockerfileOf({ context = '.', dockerfile = 'Dockerfile' }: BakeTarget): string {
  const isElsewhere = /^(?:\/|https?:\/\/)/.test(dockerfile) || /^[a-z+]+:\/\/|^git@/.test(context);
  return isElsewhere || context === '.' ? dockerfile : `${context}/${dockerfile}`;
}

const texts = (record: Readonly<Record<string, string>> | undefined) =>
  Object.entries(record ?? {}).map(([key, value]) => `${key}=${value}`);
