// SIGHUP: what of the registry's configuration changes while it serves.

import { isDeepStrictEqual } from 'node:util';
import type { Distribution } from '../../../distribution/index.ts';
import { errorMessage } from '../../../lib/errors.ts';
import type { TlsIdentity } from '../../../lib/http/tls-listener.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Registry } from '../../../registry/index.ts';
import type { RegistryConfiguration } from '../configuration/configuration.ts';
import type { Listeners } from './listeners.ts';
import { upstreamOptions } from './upstream-options.ts';

interface ReloadDeps {
  /** Reads flags and file again. Throws `invalid`. */
  readonly read: () => RegistryConfiguration;
  /** Checks what files it names and reads the certificates. Throws `invalid`. */
  readonly check: (configuration: RegistryConfiguration) => TlsIdentity | undefined;
  readonly registry: Pick<Registry, 'configure'>;
  readonly listeners: Pick<Listeners, 'follow' | 'renew'>;
  /** Upstreams that are reached from now on. */
  readonly registries: Pick<Distribution, 'configure'>;
  readonly logger: Logger;
}

/** What others rely on for as long as the process runs. */
const fixed: readonly [string, (configuration: RegistryConfiguration) => unknown][] = [
  ['root', ({ options }) => options.root],
  ['log.format', ({ logFormat }) => logFormat],
  ['tls', ({ tls }) => [tls !== undefined, tls?.clientCa !== undefined]],
];

/**
 * Everything of it, or nothing: returns the configuration that counts from now on, which is `current` where the new one
 * cannot be; the log says why. Never throws.
 */
export async function reload(
  current: RegistryConfiguration,
  { read, check, registry, registries, listeners, logger }: ReloadDeps,
): Promise<RegistryConfiguration> {
  try {
    const next = read();
    const identity = check(next);
    const needRestart = fixed.filter(([, of]) => !isDeepStrictEqual(of(current), of(next))).map(([name]) => name);
    const secure = next.options.access && { access: { ...next.options.access, secure: current.tls !== undefined } };
    await registry.configure({ ...next.options, ...secure });
    try {
      await listeners.follow(next.listen, needRestart.includes('tls') ? check(current) : identity);
    } catch (error) {
      await registry.configure(current.options);
      throw error;
    }
    if (identity && !needRestart.includes('tls')) listeners.renew(identity);
    if (!isDeepStrictEqual(current.insecureUpstreams, next.insecureUpstreams)) {
      registries.configure(upstreamOptions(next));
    }
    if (needRestart.length > 0)
      logger.warn('some changes take effect after a restart', { keys: needRestart.join(', ') });
    logger.info('configuration reloaded');
    const { root } = current.options;
    const { tls, logFormat } = current;
    const kept = { logFormat, ...(needRestart.includes('tls') ? { tls } : {}) };
    return { ...next, ...kept, options: { ...next.options, root } };
  } catch (error) {
    logger.error('configuration not reloaded', { error: errorMessage(error) });
    return current;
  }
}
