// The user's configuration folder: `config.json` and the contexts, as Docker's tools keep them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsFiles } from '../../client/index.ts';
import { ExitError } from '../failure.ts';
import type { GlobalOptions } from '../global-flags.ts';
import type { Io } from '../io.ts';

/** What is read of `config.json`; keys as in the file. */
export interface ClientConfig {
  currentContext?: string;
  detachKeys?: string;
  psFormat?: string;
  imagesFormat?: string;
  volumesFormat?: string;
  statsFormat?: string;
  HttpHeaders?: Record<string, string>;
}

/** Where the configuration lies: `--config`, DOCKER_CONFIG, or `~/.docker`. */
export function configFolder(io: Pick<Io, 'environment'>, options: Pick<GlobalOptions, 'config'>): string {
  return options.config || io.environment.DOCKER_CONFIG || join(io.environment.HOME ?? '/root', '.docker');
}

/** Reads `config.json`; a file that cannot be parsed ends the command. */
export function readClientConfig(io: Io, options: Pick<GlobalOptions, 'config'>): ClientConfig {
  const file = join(configFolder(io, options), 'config.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  try {
    return JSON.parse(text) as ClientConfig;
  } catch (error) {
    io.stderr.write(`WARNING: Error parsing config file (${file}): ${(error as Error).message}\n`);
    return {};
  }
}

/** What a named context says of its daemon. */
export interface ContextEndpoint {
  host: string;
  /** Undefined: not encrypted. */
  tls: TlsFiles | undefined;
}

/** The daemon a named context points to. Throws ExitError when there is no such context. */
export function readContextEndpoint(io: Io, options: Pick<GlobalOptions, 'config'>, name: string): ContextEndpoint {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const digest = createHash('sha256').update(name).digest('hex');
  const contexts = join(configFolder(io, options), 'contexts');
  const file = join(contexts, 'meta', digest, 'meta.json');
  let endpoint: { Host?: string; SkipTLSVerify?: boolean } | undefined;
  try {
    endpoint = (JSON.parse(readFileSync(file, 'utf8')) as { Endpoints?: { docker?: object } }).Endpoints?.docker;
  } catch (cause) {
    throw new ExitError(1, `context "${name}": context not found: open ${file}: no such file or directory`, { cause });
  }
  if (!endpoint?.Host) throw new ExitError(1, `context "${name}" has no docker endpoint`);
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem']
    .map(pem => join(contexts, 'tls', digest, 'docker', pem))
    .map(path => (existsSync(path) ? path : undefined));
  const encrypted = ca || cert || key || endpoint.SkipTLSVerify;
  return { host: endpoint.Host, tls: encrypted ? { ca, cert, key, verify: !endpoint.SkipTLSVerify } : undefined };
}
