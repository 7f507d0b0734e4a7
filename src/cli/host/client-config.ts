// The user's configuration folder: `config.json` and the contexts, as Docker's tools keep them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsFiles } from '../../client/index.ts';
import { errorCode } from '../../lib/errors.ts';
import { describeJsonError } from '../../lib/text/go-json-error.ts';
import { ContextStore, type EndpointMetadata } from '../contexts/context-store.ts';
import { ExitError } from '../failure.ts';
import type { GlobalOptions } from '../global-flags.ts';
import type { Io } from '../io.ts';
import { configProblem } from './config-problem.ts';

/** What is read of `config.json`; keys as in the file. */
export interface ClientConfig {
  currentContext?: string;
  detachKeys?: string;
  psFormat?: string;
  imagesFormat?: string;
  networksFormat?: string;
  volumesFormat?: string;
  statsFormat?: string;
  HttpHeaders?: Record<string, string>;
  /** By addresses of daemons, and `default`. */
  proxies?: Record<string, Record<string, unknown> | null>;
}

/** Where the configuration lies: `--config`, DOCKER_CONFIG, or `~/.docker`. */
export function configFolder(io: Pick<Io, 'environment'>, options: Pick<GlobalOptions, 'config'>): string {
  return options.config || io.environment.DOCKER_CONFIG || join(io.environment.HOME ?? '/root', '.docker');
}

/** Reads `config.json`; of what cannot be read a warning is printed, and it says nothing. */
export function readClientConfig(io: Io, options: Pick<GlobalOptions, 'config'>): ClientConfig {
  const file = join(configFolder(io, options), 'config.json');
  const warn = (why: string) => io.stderr.write(`WARNING: Error parsing config file (${file}): ${why}\n`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) warn((error as Error).message);
    return {};
  }
  try {
    const document: unknown = text.trim() === '' ? {} : JSON.parse(text);
    const problem = configProblem(document);
    if (problem !== undefined) warn(problem);
    return typeof document === 'object' ? ((document ?? {}) as ClientConfig) : {};
  } catch (error) {
    warn(error instanceof SyntaxError ? describeJsonError(text) : (error as Error).message);
    return {};
  }
}

/** What a named context says of its daemon. */
interface ContextEndpoint {
  host: string;
  /** Undefined: not encrypted. */
  tls: TlsFiles | undefined;
}

/** The daemon a named context points to. Throws ExitError when there is no such context. */
export function readContextEndpoint(io: Io, options: Pick<GlobalOptions, 'config'>, name: string): ContextEndpoint {
  const store = new ContextStore(configFolder(io, options));
  let endpoint: EndpointMetadata | undefined;
  try {
    endpoint = store.read(name).Endpoints.docker;
  } catch (cause) {
    const why = (cause as Error).message;
    throw new ExitError(1, `Failed to initialize: unable to resolve docker endpoint: ${why}`, { cause });
  }
  if (!endpoint?.Host) throw new ExitError(1, `context "${name}" has no docker endpoint`);
  const { 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key } = store.tlsFiles(name, 'docker');
  const encrypted = ca || cert || key || endpoint.SkipTLSVerify;
  return { host: endpoint.Host, tls: encrypted ? { ca, cert, key, verify: !endpoint.SkipTLSVerify } : undefined };
}
