// What containers get that say nothing of it: limits, namespaces and confinement, from the daemon's configuration.

import { readFileSync } from 'node:fs';
import type { ContainerDefaults, Ulimit } from '../../engine/index.ts';
import { errorCode, errorMessage, invalid } from '../../lib/errors.ts';
import type { OptionValues } from './parse-flags.ts';

const limitNames = new Set(
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' '),
);

/** Reads the options and the seccomp profile that they name. Throws `invalid` naming the option. */
export function readContainerDefaults(values: OptionValues): ContainerDefaults {
  return {
    ulimits: readUlimits((values['default-ulimits'] as object | undefined) ?? {}),
    ipcMode: oneOf(values, 'default-ipc-mode', ['private', 'shareable']) ?? 'private',
    cgroupnsMode: oneOf(values, 'default-cgroupns-mode', ['host', 'private']),
    noNewPrivileges: values['no-new-privileges'] === true,
    seccomp: readSeccomp((values['seccomp-profile'] as string | undefined) ?? ''),
  };
}

function oneOf<const T extends string>(values: OptionValues, key: string, allowed: readonly T[]): T | undefined {
  const value = values[key] as string | undefined;
  if (value === undefined || value === '') return undefined;
  if (!(allowed as readonly string[]).includes(value)) {
    throw invalid(`invalid ${key}: ${value}: use one of ${allowed.join(', ')}`);
  }
  return value as T;
}

function readUlimits(limits: object): Ulimit[] {
  return Object.entries(limits).map(([name, limit]) => {
    const { Soft: soft, Hard: hard } = (limit ?? {}) as Partial<Ulimit>;
    if (!limitNames.has(name)) throw invalid(`default-ulimits: invalid ulimit type: ${name}`);
    if (!Number.isInteger(soft) || !Number.isInteger(hard)) {
      throw invalid(`default-ulimits: ${name}: expected whole numbers Soft and Hard`);
    }
    if (hard !== -1 && (soft === -1 || Number(soft) > Number(hard))) {
      throw invalid(`default-ulimits: ${name}: soft limit must be less than or equal to hard limit: ${soft} > ${hard}`);
    }
    return { Name: name, Soft: Number(soft), Hard: Number(hard) };
  });
}

function readSeccomp(name: string): ContainerDefaults['seccomp'] {
  if (name === '' || name === 'builtin') return { name: 'builtin', profile: 'default' };
  if (name === 'unconfined') return { name, profile: 'unconfined' };
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? `open ${name}: no such file or directory` : errorMessage(error);
    throw invalid(`opening seccomp profile (${name}) failed: ${why}`, error);
  }
  try {
    const profile: unknown = JSON.parse(text);
    if (typeof profile !== 'object' || profile === null || !('defaultAction' in profile)) {
      throw new Error('no defaultAction');
    }
    return { name, profile: profile as Exclude<ContainerDefaults['seccomp']['profile'], string> };
  } catch (error) {
    throw invalid(`Decoding seccomp profile (${name}) failed: ${errorMessage(error)}`, error);
  }
}
