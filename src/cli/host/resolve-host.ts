// Which daemon a command talks to.

import type { TlsFiles } from '../../client/index.ts';
import { defaultContext } from '../contexts/context-store.ts';
import { ExitError } from '../failure.ts';
import type { GlobalOptions } from '../global-flags.ts';
import type { Io } from '../io.ts';
import { type ClientConfig, readContextEndpoint } from './client-config.ts';
import { resolveTls } from './resolve-tls.ts';

/** A daemon, and how to reach it; `tls` is undefined where nothing is encrypted. */
interface Target {
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
  const named = resolveContextName(input);
  if (named !== defaultContext) {
    const { host, tls } = readContextEndpoint(io, options, named);
    return { host: normalizeHost(host), context: named, tls };
  }
  const host = defaultHost(options, io);
  // A unix socket is guarded by its owner and mode, ssh by itself.
  const tls = /^(unix|ssh):/.test(host) ? undefined : resolveTls(options, io);
  return { host, context: named, tls };
}

/** The name of the context that is in force, whether there is one of that name or not. */
export function resolveContextName(input: { options: GlobalOptions; io: Io; config: ClientConfig }): string {
  const { options, io, config } = input;
  if (options.host.length > 1) throw new ExitError(1, 'Specify only one -H');
  if (options.host.length === 1 && options.context) {
    throw new ExitError(1, 'conflicting options: cannot specify both --host and --context');
  }
  if (options.context) return options.context;
  if (options.host.length === 1 || hostVariable(io)) return defaultContext;
  return io.environment.DOCKER_CONTEXT || config.currentContext || defaultContext;
}

/** The address that the default context stands for. */
export function defaultHost(options: GlobalOptions, io: Io): string {
  const variable = hostVariable(io);
  const said = options.host[0] || (variable && io.environment[variable]);
  if (said) return normalizeHost(said);
  return io.program === 'docker' ? 'unix:///var/run/docker.sock' : 'unix:///run/berth/berth.sock';
}

/** The variable that says where the daemon is, if one does. */
export function hostVariable(io: Io): 'BERTH_HOST' | 'DOCKER_HOST' | undefined {
  if (io.program !== 'docker' && io.environment.BERTH_HOST) return 'BERTH_HOST';
  return io.environment.DOCKER_HOST ? 'DOCKER_HOST' : undefined;
}

/** An address with its scheme: `/run/x.sock` and `:2375` are completed. */
function normalizeHost(text: string): string {
  const host = text.trim();
  if (host.startsWith('/')) return `unix://${host}`;
  if (!host.includes('://')) return `tcp://${host.startsWith(':') ? `127.0.0.1${host}` : host}`;
  if (!/^(unix|tcp|http|https|ssh):\/\//.test(host)) {
    throw new ExitError(1, `unable to parse docker host \`${host}\``);
  }
  return host;
}
