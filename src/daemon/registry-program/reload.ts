// SIGHUP: what of the registry's configuration changes while it serves.

import { isDeepStrictEqual } from 'node:util';
import { errorMessage } from '../../lib/errors.ts';
import type { HttpServer } from '../../lib/http/http-server.ts';
import type { TlsIdentity } from '../../lib/http/tls-listener.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Registry } from '../../registry/index.ts';
import type { RegistryConfiguration } from './configuration/configuration.ts';

export interface ReloadDeps {
  /** Reads flags and file again. Throws `invalid`. */
  readonly read: () => RegistryConfiguration;
  /** Checks what files it names and reads the certificates. Throws `invalid`. */
  readonly check: (configuration: RegistryConfiguration) => TlsIdentity | undefined;
  readonly registry: Pick<Registry, 'configure'>;
  readonly server: Pick<HttpServer, 'renew'>;
  readonly logger: Logger;
}

/** What others rely on for as long as the process runs. */
const fixed: readonly [string, (configuration: RegistryConfiguration) => unknown][] = [
  ['root', ({ options }) => options.root],
  ['listen', ({ listen }) => listen],
  ['upstreams', ({ options }) => options.upstreams],
  ['insecure-upstreams', ({ insecureUpstreams }) => insecureUpstreams],
  ['log.format', ({ logFormat }) => logFormat],
  ['tls', ({ tls }) => [tls !== undefined, tls?.clientCa !== undefined]],
];

/**
 * Everything of it, or nothing: returns the configuration that counts from now on, which is `current` where the new one
 * cannot be; the log says why. Never throws.
 */
export async function reload(
  current: RegistryConfiguration,
  { read, check, registry, server, logger }: ReloadDeps,
): Promise<RegistryConfiguration> {
  try {
    const next = read();
    const identity = check(next);
    const needRestart = fixed.filter(([, of]) => !isDeepStrictEqual(of(current), of(next))).map(([name]) => name);
    const secure = next.options.access && { access: { ...next.options.access, secure: current.tls !== undefined } };
    await registry.configure({ ...next.options, ...secure });
    if (identity && !needRestart.includes('tls')) server.renew(identity);
    if (needRestart.length > 0)
      logger.warn('some changes take effect after a restart', { keys: needRestart.join(', ') });
    logger.info('configuration reloaded');
    const { root, upstreams } = current.options;
    const { listen, tls, insecureUpstreams, logFormat } = current;
    const kept = { listen, insecureUpstreams, logFormat, ...(needRestart.includes('tls') ? { tls } : {}) };
    return { ...next, ...kept, options: { ...next.options, root, upstreams } };
  } catch (error) {
    logger.error('configuration not reloaded', { error: errorMessage(error) });
    return current;
  }
}
