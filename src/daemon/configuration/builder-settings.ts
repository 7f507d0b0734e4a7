// `builder` of daemon.json: what goes from the build cache by itself, and what builds may be granted.
import type { Entitlement, GcRule } from '../../builder/index.ts';
import { errorMessage, invalid } from '../../lib/errors.ts';
import { parseDuration } from '../../lib/text/duration.ts';
import { parseRamBytes } from '../../lib/text/units.ts';

export interface BuilderSettings {
  readonly collection: { readonly enabled: boolean; readonly rules?: readonly GcRule[]; readonly reserve?: number };
  readonly entitlements: readonly Entitlement[];
}

type Json = Readonly<Record<string, unknown>>;

/** Docker's defaults where nothing is said. Throws `invalid` naming the key. */
export function readBuilderSettings(value: unknown): BuilderSettings {
  const { gc, entitlements } = keys(value ?? {}, 'builder', ['gc', 'entitlements']);
  return { collection: collection(gc), entitlements: granted(entitlements) };
}

function collection(value: unknown): BuilderSettings['collection'] {
  const known = [
    'enabled',
    'policy',
    'defaultKeepStorage',
    'defaultReservedSpace',
    'defaultMaxUsedSpace',
    'defaultMinFreeSpace',
  ];
  const gc = keys(value ?? {}, 'builder.gc', known);
  for (const name of ['defaultMaxUsedSpace', 'defaultMinFreeSpace']) {
    if (gc[name] !== undefined) throw invalid(`builder.gc.${name} is not supported: use a policy`);
  }
  const reserve = bytes(gc.defaultReservedSpace ?? gc.defaultKeepStorage, 'builder.gc.defaultReservedSpace');
  const { policy } = gc;
  if (policy !== undefined && !Array.isArray(policy)) throw invalid('builder.gc.policy: expected a list');
  return {
    enabled: flag(gc.enabled, 'builder.gc.enabled', true),
    ...(policy && policy.length > 0 && { rules: policy.map((one, at) => rule(one, `builder.gc.policy[${at}]`)) }),
    ...(reserve > 0 && { reserve }),
  };
}

function rule(value: unknown, path: string): GcRule {
  const known = ['all', 'filter', 'keepDuration', 'keepStorage', 'reservedSpace', 'maxUsedSpace', 'minFreeSpace'];
  const given = keys(value, path, known);
  const { filter = [] } = given;
  if (!Array.isArray(filter) || !filter.every(one => typeof one === 'string')) {
    throw invalid(`${path}.filter: expected a list of strings`);
  }
  return {
    all: flag(given.all, `${path}.all`, false),
    filters: filter,
    keepDuration: duration(given.keepDuration, `${path}.keepDuration`),
    reservedSpace: bytes(given.reservedSpace ?? given.keepStorage, `${path}.reservedSpace`),
    maxUsedSpace: bytes(given.maxUsedSpace, `${path}.maxUsedSpace`),
    minFreeSpace: bytes(given.minFreeSpace, `${path}.minFreeSpace`),
  };
}

/** As in Docker, steps may have the host's network unless that is forbidden, and all privileges only where it is allowed. */
function granted(value: unknown): Entitlement[] {
  const path = 'builder.entitlements';
  const given = keys(value ?? {}, path, ['network-host', 'security-insecure', 'device']);
  if (given.device !== undefined && flag(given.device, `${path}.device`, false)) {
    throw invalid(`${path}.device is not supported`);
  }
  return [
    ...(flag(given['network-host'], `${path}.network-host`, true) ? (['network.host'] as const) : []),
    ...(flag(given['security-insecure'], `${path}.security-insecure`, false) ? (['security.insecure'] as const) : []),
  ];
}

function keys(value: unknown, path: string, known: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${path}: expected an object`);
  const unknown = Object.keys(value).find(key => !known.includes(key));
  if (unknown !== undefined) throw invalid(`${path}: unknown key ${unknown}`);
  return value as Json;
}

function flag(value: unknown, path: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  // Docker's own documents write it both ways.
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalid(`${path}: expected true or false`);
}

/** A size such as `20GB`; 0 where nothing is said. */
function bytes(value: unknown, path: string): number {
  if (value === undefined || value === '') return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  if (typeof value !== 'string') throw invalid(`${path}: expected a size such as "20GB"`);
  try {
    return parseRamBytes(value);
  } catch (error) {
    throw invalid(`${path}: ${errorMessage(error)}`, error);
  }
}

/** Milliseconds. */
function duration(value: unknown, path: string): number {
  if (value === undefined) return 0;
  if (typeof value !== 'string') throw invalid(`${path}: expected a duration such as "48h"`);
  try {
    return parseDuration(value) / 1e6;
  } catch (error) {
    throw invalid(`${path}: ${errorMessage(error)}`, error);
  }
}
