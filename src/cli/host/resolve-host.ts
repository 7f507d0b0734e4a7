// Which daemon a command talks to.

import type { TlsFiles } from '../../client/index.ts';
import { ExitError } from '../failure.ts';
import type { GlobalOptions } from '../global-flags.ts';
import type { Io } from '../io.ts';
import { type ClientConfig, readContextEndpoint } from './client-config.ts';
import { resolveTls } from './resolve-tls.ts';

/** A daemon, and how to reach it; `tls` is undefined where nothing is encrypted. */
export interface Target {
  host: string;
  context: string;
  tls: TlsFiles | undefined;
}

/**
 * First of: `--host`, `--context`, BERTH_HOST (not when called as docker), DOCKER_HOST, DOCKER_CONTEXT, the current
 * context of the configuration, the default socket. Throws ExitError for an address nothing can be reached by.
 */
export function resolveHost(input: { options: GlobalOptions; io: Io; config: ClientConfig }): Target {
  const { options, io } = input;
  const { environment } = io;
  const fallback = io.program === 'docker' ? 'unix:///var/run/docker.sock' : 'unix:///run/berth/berth.sock';
  if (options.host.length > 1) throw new ExitError(1, 'Specify only one -H');
  if (options.host.length === 1 && options.context) {
    throw new ExitError(1, 'conflicting options: cannot specify both --host and --context');
  }
  const unnamed = (host: string): Target => ({
    ...{ host, context: 'default' },
    // A unix socket is guarded by its owner and mode.
    tls: host.startsWith('unix://') ? undefined : resolveTls(options, io),
  });
  if (options.host[0]) return unnamed(normalizeHost(options.host[0]));
  const own = io.program === 'docker' ? undefined : environment.BERTH_HOST;
  const fromEnvironment = own || environment.DOCKER_HOST;
  const named =
    options.context || (fromEnvironment ? '' : environment.DOCKER_CONTEXT || input.config.currentContext) || 'default';
  if (named === 'default') return unnamed(fromEnvironment ? normalizeHost(fromEnvironment) : fallback);
  const { host, tls } = readContextEndpoint(io, options, named);
  return { host: normalizeHost(host), context: named, tls };
}

/** An address with its scheme: `/run/x.sock` and `:2375` are completed. */
export function normalizeHost(text: string): string {
  const host = text.trim();
  if (host.startsWith('/')) return `unix://${host}`;
  if (!host.includes('://')) return `tcp://${host.startsWith(':') ? `127.0.0.1${host}` : host}`;
  if (!/^(unix|tcp|http|https|ssh):\/\//.test(host)) {
    throw new ExitError(1, `unable to parse docker host \`${host}\``);
  }
  return host;
}
