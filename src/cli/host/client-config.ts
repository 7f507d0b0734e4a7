// The user's configuration folder: `config.json` and the contexts, as Docker's tools keep them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
export function configFolder(io: Io, options: Pick<GlobalOptions, 'config'>): string {
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

/** The address a named context points to. Throws ExitError when there is no such context. */
export function readContextHost(io: Io, options: Pick<GlobalOptions, 'config'>, name: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const digest = createHash('sha256').update(name).digest('hex');
  const file = join(configFolder(io, options), 'contexts', 'meta', digest, 'meta.json');
  try {
    const meta = JSON.parse(readFileSync(file, 'utf8')) as { Endpoints?: { docker?: { Host?: string } } };
    const host = meta.Endpoints?.docker?.Host;
    if (host) return host;
  } catch (cause) {
    throw new ExitError(1, `context "${name}": context not found: open ${file}: no such file or directory`, { cause });
  }
  throw new ExitError(1, `context "${name}" has no docker endpoint`);
}
