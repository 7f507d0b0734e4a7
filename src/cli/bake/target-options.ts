// A target as a build.
import { parseRamBytes } from '../../lib/text/units.ts';
import { type BuildOptions, defaultBuildOptions } from '../build/build-options.ts';
import type { BakeTarget } from './files/bake-file.ts';
import { withoutHere } from './files/clean-path.ts';
import { joinAttests } from './files/merge-targets.ts';

/** What the command line says of all targets. */
interface BakeFlags {
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly push: boolean;
  readonly load: boolean;
  readonly attests: readonly string[];
}

/** A target with what the command line says of all of them, as files would say it. */
export function withFlags(target: BakeTarget, flags: BakeFlags): BakeTarget {
  const before = target.output ?? [];
  const isOnlyCached = before.length === 1 && before[0] === 'type=cacheonly';
  // Conditional, as buildx has it: what goes to a file is neither pushed nor loaded.
  const changes = !isOnlyCached && before.every(output => /^type=(?:docker|image|registry)\b/.test(output));
  const has = (pattern: RegExp) => before.some(output => pattern.test(output));
  const output = [
    ...before,
    ...(flags.push && changes && !has(/^type=registry\b|\bpush=true\b/) ? ['type=image,push=true'] : []),
    ...(flags.load && changes && !has(/^type=docker\b/) ? ['type=docker'] : []),
  ];
  const asked = flags.attests.map(one => one.replace(/,disabled=false$/, ''));
  const attest = joinAttests(target.attest ?? [], asked);
  return {
    ...target,
    ...(output.length > 0 && { output }),
    ...(attest.length > 0 && { attest }),
    ...(flags.noCache && { 'no-cache': true }),
    ...(flags.pull && { pull: true }),
  };
}

/** `contexts` replaces those of the target: what stood for other targets is known by now. */
export function targetOptions(target: BakeTarget, contexts: Readonly<Record<string, string>>): BuildOptions {
  return {
    ...defaultBuildOptions,
    context: target.context ?? '.',
    file: dockerfileOf(target),
    ...(target['dockerfile-inline'] !== undefined && { inline: target['dockerfile-inline'] }),
    namedContexts: texts(locally(contexts)),
    args: texts(target.args),
    labels: texts(target.labels),
    annotations: target.annotations ?? [],
    tags: target.tags ?? [],
    target: target.target ?? '',
    platforms: target.platforms ?? [],
    noCache: target['no-cache'] === true,
    noCacheFilter: target['no-cache-filter'] ?? [],
    pull: target.pull === true,
    network: target.network ?? '',
    extraHosts: texts(target['extra-hosts']),
    shmSize: target['shm-size'] ? parseRamBytes(target['shm-size']) : 0,
    ulimits: target.ulimits ?? [],
    secrets: target.secret ?? [],
    ssh: target.ssh ?? [],
    outputs: target.output ?? [],
    cacheFrom: target['cache-from'] ?? [],
    cacheTo: target['cache-to'] ?? [],
    attests: target.attest ?? [],
    entitlements: target.entitlements ?? [],
  };
}

/** In files it is relative to the context, on command lines to the working directory. */
function dockerfileOf({ context = '.', dockerfile = 'Dockerfile' }: BakeTarget): string {
  const local = withoutHere(dockerfile);
  if (local !== dockerfile) return local;
  const isElsewhere = /^(?:\/|https?:\/\/)/.test(dockerfile) || /^[a-z+]+:\/\/|^git@/.test(context);
  return isElsewhere || context === '.' ? dockerfile : `${context}/${dockerfile}`;
}

/** Contexts of the working directory by their paths. */
const locally = (contexts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(contexts).map(([name, value]) => [name, withoutHere(value)]));

const texts = (record: Readonly<Record<string, string>> | undefined) =>
  Object.entries(record ?? {}).map(([key, value]) => `${key}=${value}`);
