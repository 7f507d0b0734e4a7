// What the registry's program is to do: flags over the configuration file over defaults.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errorMessage, invalid } from '../../../lib/errors.ts';
import type { LogLevel } from '../../../lib/logger.ts';
import { defaultOptions, type RegistryOptions } from '../../../registry/index.ts';
import type { OptionValues } from '../../configuration/parse-flags.ts';
import { flagTime, Section } from './checks.ts';
import { readAccess } from './read-access.ts';
import { readCollection, readUpstreams, readWebhooks } from './read-services.ts';

export interface ListenPlace {
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
}

export interface RegistryConfiguration {
  readonly options: RegistryOptions;
  readonly listen: readonly ListenPlace[];
  readonly tls: { readonly cert: string; readonly key: string; readonly clientCa?: string } | undefined;
  readonly insecureUpstreams: readonly string[];
  readonly logLevel: LogLevel;
  readonly logFormat: 'text' | 'json';
}

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'fatal'];

/**
 * Reads the file `flags` name, if any, each time it is called. Throws `invalid` naming the file and the key. Who names no
 * file does without a parser: 1 MB of memory, and 3 more of the executable.
 */
export async function configurationReader(flags: OptionValues, isRoot: boolean): Promise<() => RegistryConfiguration> {
  const path = flags.config as string | undefined;
  if (path === undefined) return () => merge(new Section({}, ''), flags, isRoot);
  const { parse } = await import('yaml');
  return () => {
    try {
      return merge(new Section(parse(readFileSync(path, 'utf8')) as unknown, ''), flags, isRoot);
    } catch (error) {
      throw invalid(`configuration file ${path}: ${errorMessage(error)}`, error);
    }
  };
}

function merge(file: Section, flags: OptionValues, isRoot: boolean): RegistryConfiguration {
  const text = (flag: string, inFile: string | undefined) => (flags[flag] as string | undefined) ?? inFile;
  const log = file.section('log');
  const tlsSection = file.section('tls');
  const tls = tlsOf({
    cert: text('tls-cert', tlsSection.string('cert')),
    key: text('tls-key', tlsSection.string('key')),
    clientCa: text('tls-client-ca', tlsSection.string('client-ca')),
  });
  const secure = tls !== undefined;
  const upstreams = readUpstreams(file, (flags.upstream ?? {}) as Record<string, string>);
  const interval = flags['gc-interval'] as string | undefined;
  const collection = readCollection(file);
  const configuration: RegistryConfiguration = {
    options: {
      root: file.required('root', text('root', file.string('root')) ?? defaultRoot(isRoot)),
      access: readAccess(file, {
        htpasswd: flags.htpasswd as string | undefined,
        tokens: flags.tokens as boolean | undefined,
        secure,
      }),
      readOnly: (flags['read-only'] as boolean | undefined) ?? file.bool('read-only') ?? false,
      deletion: file.bool('deletion') ?? defaultOptions.deletion,
      upstreams,
      collection: interval === undefined ? collection : { ...collection, interval: flagTime('gc-interval', interval) },
      webhooks: readWebhooks(file),
      uploadTimeout: file.duration('upload-timeout') ?? defaultOptions.uploadTimeout,
    },
    listen: listOf(flags.listen, file.strings('listen'), ['127.0.0.1:5000']).map(parsePlace),
    tls,
    insecureUpstreams: listOf(flags['insecure-upstream'], file.strings('insecure-upstreams'), []),
    logLevel: oneOf('log.level', text('log-level', log.string('level')) ?? 'info', levels),
    logFormat: oneOf('log.format', text('log-format', log.string('format')) ?? 'text', ['text', 'json'] as const),
  };
  for (const section of [log, tlsSection, file]) section.done();
  return configuration;
}

/** A folder for everybody where there is a system to serve, else one of the user's own. */
function defaultRoot(isRoot: boolean): string {
  if (isRoot) return '/var/lib/berth-registry';
  return join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'berth-registry');
}

function tlsOf(tls: { cert: string | undefined; key: string | undefined; clientCa: string | undefined }) {
  const { cert, key, clientCa } = tls;
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert === undefined || key === undefined) throw invalid('TLS needs both a certificate and its key');
  return { cert, key, ...(clientCa === undefined ? {} : { clientCa }) };
}

/** `5000`, `:5000`, `host:5000`, `[::1]:5000`, `unix:///path`. Throws `invalid`. */
export function parsePlace(text: string): ListenPlace {
  if (text.startsWith('unix://')) return { path: text.slice('unix://'.length) };
  const match = /^(?:tcp:\/\/)?(?:(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]]*)):)?(\d{1,5})$/.exec(text);
  if (!match || Number(match[3]) > 65535)
    throw invalid(`invalid address "${text}": expected [host]:port or unix:///path`);
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port: Number(match[3]) };
}

const listOf = (flag: unknown, inFile: string[] | undefined, usual: string[]) =>
  (flag as string[] | undefined) ?? inFile ?? usual;

function oneOf<T extends string>(what: string, value: string, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) throw invalid(`${what}: "${value}" is none of ${allowed.join(', ')}`);
  return value as T;
}
