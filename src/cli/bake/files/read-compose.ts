// Compose files as bake files: each service that is built is a target.
import { parse } from 'yaml';
import { bytesSize, parseRamBytes } from '../../../lib/text/units.ts';
import type { BakeFile, BakeTarget } from './bake-file.ts';
import { asList, asObject, asRecord, asText, checkTarget } from './check-target.ts';
import { cleanPath } from './clean-path.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A target for each service that is built, all of them in the group `default`. Throws a plain Error that names the place of
 * what is wrong.
 */
export function readBakeCompose(text: string, environment: Environment): BakeFile {
  const document = asObject('the file', substitute(parse(text, { merge: true }) ?? {}, environment));
  const services = Object.entries(asObject('services', document.services ?? {}));
  const targets: Record<string, BakeTarget> = {};
  for (const [name, value] of services) {
    const where = `services.${name}`;
    const service = asObject(where, value ?? {});
    if (service.build === undefined) continue;
    const build =
      typeof service.build === 'string' ? { context: service.build } : asObject(`${where}.build`, service.build);
    targets[targetName(name)] = targetOf(build, {
      image: service.image,
      where: `${where}.build`,
      secrets: document.secrets,
    });
  }
  return { targets, groups: { default: { targets: Object.keys(targets).sort() } }, variables: {}, warnings: [] };
}

const targetName = (service: string) => service.replaceAll('.', '_');

interface ServiceFacts {
  readonly image: unknown;
  readonly where: string;
  /** Secrets of the file by name. */
  readonly secrets: unknown;
}

function targetOf(build: Readonly<Record<string, unknown>>, { image, where, secrets }: ServiceFacts): BakeTarget {
  const { context, dockerfile, dockerfile_inline, 'x-bake': extra } = build;
  const renamed: Record<string, unknown> = {
    context: context === undefined ? '.' : cleanPath(asText(`${where}.context`, context)),
    dockerfile,
    'dockerfile-inline': dockerfile_inline,
    contexts: pairs(`${where}.additional_contexts`, build.additional_contexts),
    args: pairs(`${where}.args`, build.args),
    labels: pairs(`${where}.labels`, build.labels),
    tags: build.tags ?? (image === undefined ? undefined : [image]),
    'cache-from': build.cache_from,
    'cache-to': build.cache_to,
    target: build.target,
    platforms: build.platforms,
    pull: build.pull,
    'no-cache': build.no_cache,
    network: build.network,
    'shm-size':
      build.shm_size === undefined ? undefined : bytesSize(parseRamBytes(asText(`${where}.shm_size`, build.shm_size))),
    ulimits: limits(`${where}.ulimits`, build.ulimits),
    'extra-hosts': hosts(`${where}.extra_hosts`, build.extra_hosts),
    entitlements: entitlements(build),
    attest: attests(where, build),
    ssh: list(`${where}.ssh`, build.ssh),
    secret: build.secrets === undefined ? undefined : secretTexts(`${where}.secrets`, build.secrets, secrets),
  };
  const known = Object.fromEntries(
    Object.entries(renamed).filter(([, value]) => value !== undefined && value !== null),
  );
  const target = checkTarget(where, known);
  return extra === undefined ? target : extended(target, checkTarget(`${where}.x-bake`, extra));
}

/** Lists of `x-bake` are added, everything else of it is put in place. */
function extended(target: BakeTarget, extra: BakeTarget): BakeTarget {
  const joined = Object.entries(extra).map(([name, value]) => {
    const before = target[name as keyof BakeTarget];
    return [name, Array.isArray(value) ? [...new Set([...((before as string[] | undefined) ?? []), ...value])] : value];
  });
  return { ...target, ...Object.fromEntries(joined) };
}

/** What the file asks for in other words is granted, too. */
function entitlements(build: Readonly<Record<string, unknown>>): unknown {
  const given = build.entitlements;
  if (given !== undefined && !Array.isArray(given)) return given;
  const implied = [
    ...(build.network === 'host' ? ['network.host'] : []),
    ...(build.privileged === true ? ['security.insecure'] : []),
  ];
  const all = [...new Set([...(given ?? []), ...implied])];
  return all.length > 0 ? all : undefined;
}

/** `true`, `false`, or the options of an attestation. */
function attests(where: string, build: Readonly<Record<string, unknown>>): string[] | undefined {
  const found = ['sbom', 'provenance'].flatMap(type => {
    const value = build[type];
    if (value === undefined || value === null || value === '') return [];
    const text = asText(`${where}.${type}`, value);
    if (text === 'true') return [`type=${type}`];
    return [`type=${type},${text === 'false' ? 'disabled=true' : text}`];
  });
  return found.length > 0 ? found : undefined;
}

/** `nofile=soft:hard`; one number is both. */
function limits(where: string, value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return Object.entries(asObject(where, value)).map(([name, limit]) => {
    if (typeof limit !== 'object')
      return `${name}=${asText(`${where}.${name}`, limit)}:${asText(`${where}.${name}`, limit)}`;
    const { soft, hard } = asObject(`${where}.${name}`, limit);
    return `${name}=${asText(`${where}.${name}.soft`, soft)}:${asText(`${where}.${name}.hard`, hard)}`;
  });
}

/** `key=value` texts in a list, or a record. */
function pairs(where: string, value: unknown): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) return asRecord(where, value);
  return Object.fromEntries(
    asList(where, value).map(text => {
      const equals = text.indexOf('=');
      return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

function hosts(where: string, value: unknown): Record<string, string> | undefined {
  if (!Array.isArray(value)) return pairs(where, value);
  return Object.fromEntries(
    asList(where, value).map(text => {
      const [, name = text, address = ''] = /^([^:=]+)[:=](.*)$/.exec(text) ?? [];
      return [name, address];
    }),
  );
}

function list(where: string, value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return asList(where, value);
  return Object.entries(asObject(where, value)).map(([key, item]) =>
    item === null ? key : `${key}=${asText(where, item)}`,
  );
}

/** Secrets by their names in the file, whose places it tells. */
function secretTexts(where: string, used: unknown, declared: unknown): string[] {
  if (!Array.isArray(used)) throw new Error(`${where} must be a list`);
  const places = asObject('secrets', declared ?? {});
  return used.map(item => {
    const { source, target = source } = typeof item === 'string' ? { source: item } : asObject(where, item);
    const name = asText(where, source);
    const { file, environment } = asObject(`secrets.${name}`, places[name] ?? {});
    if (file !== undefined) return `id=${target},src=${asText(`secrets.${name}.file`, file)}`;
    if (environment !== undefined) return `id=${target},env=${asText(`secrets.${name}.environment`, environment)}`;
    throw new Error(`secrets.${name}: neither file nor environment is given`);
  });
}

/** `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME:+other}`; `$$` is `$`. */
function substitute(value: unknown, environment: Environment): unknown {
  if (typeof value === 'string') return substituteText(value, environment);
  if (Array.isArray(value)) return value.map(item => substitute(item, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, environment)]));
}

function substituteText(text: string, environment: Environment): string {
  return text.replace(
    /\$(?:\$|(\w+)|\{(\w+)(?:(:?[-?+])([^}]*))?\})/g,
    (whole, bare?: string, name?: string, operator?: string, word = '') => {
      if (whole === '$$') return '$';
      const value = environment[bare ?? name ?? ''];
      const isSet = value !== undefined && (operator?.startsWith(':') ? value !== '' : true);
      if (operator?.endsWith('+')) return isSet ? word : '';
      if (isSet) return value;
      if (operator?.endsWith('?')) throw new Error(`required variable ${name} is missing a value: ${word}`);
      return operator ? word : '';
    },
  );
}
