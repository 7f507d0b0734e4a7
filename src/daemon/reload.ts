// SIGHUP: what of the configuration changes while the daemon runs.

import type { Distribution } from '../distribution/index.ts';
import type { Engine } from '../engine/index.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { printValue } from '../lib/template/values.ts';
import type { Configuration } from './configuration/configuration.ts';
import { distributionOptions, transferLimits } from './configuration/registry-settings.ts';
import { findRuntimes } from './machine/find-programs.ts';

/** The daemon's own log, and what new containers get by default; running ones keep what they have. */
const live = [
  ...([
    'debug',
    'logLevel',
    'labels',
    'shutdownTimeout',
    'runtimes',
    'defaultRuntime',
    'logDriver',
    'logOptions',
  ] as const),
  ...(['shmSize', 'defaults', 'init', 'dns', 'dnsSearch', 'dnsOptions', 'registries'] as const),
  ...(['buildkit', 'features'] as const),
] satisfies (keyof Configuration)[];

/** What a reload reaches. */
interface ReloadTarget {
  engine: Pick<Engine, 'config' | 'host' | 'logs' | 'runtime' | 'events' | 'images'>;
  registries: Pick<Distribution, 'configure'>;
  logger: Logger;
  /** PATH, to find runtimes in. */
  searchPath: string | undefined;
}

/**
 * Takes over from `read()` what can change, into `current` and the engine: a key that was removed from the file is back
 * at its default. A mistake anywhere changes nothing and is logged; so is what would need a restart. Listeners hear of
 * it by the event `daemon reload`.
 */
export function reloadConfiguration(current: Configuration, read: () => Configuration, target: ReloadTarget): void {
  const { engine, logger } = target;
  try {
    const next = read();
    const runtimes = findRuntimes(next.runtimes, next.defaultRuntime, target.searchPath);
    engine.logs.validate(next.logDriver, next.logOptions);
    const later = (Object.keys(next) as (keyof Configuration)[]).filter(
      key => !(live as readonly string[]).includes(key) && !Bun.deepEquals(next[key], current[key]),
    );
    if (later.length > 0) logger.warn('changes that need a restart', { keys: later.map(optionName).join(', ') });
    const changes = Object.fromEntries(live.map(key => [key, next[key]])) as Pick<Configuration, (typeof live)[number]>;
    target.registries.configure(distributionOptions(next.registries, engine.config.version));
    engine.images.transfers.limit(transferLimits(next.registries));
    Object.assign(current, changes);
    const { logLevel: _level, shutdownTimeout: _timeout, features: _features, registries, ...engineChanges } = changes;
    Object.assign(engine.config, engineChanges satisfies Partial<Engine['config']>, {
      ...{ runtimes, proxies: registries.proxies },
    });
    engine.runtime.useRuntimes({ runtimes, defaultRuntime: next.defaultRuntime });
    engine.events.publish(reloadEvent(engine, current));
    logger.info('configuration reloaded');
  } catch (error) {
    logger.error('configuration not reloaded', { error: errorMessage(error) });
  }
}

/** With Docker's attributes. */
function reloadEvent({ config, host }: ReloadTarget['engine'], current: Configuration) {
  const { ipcMode, cgroupnsMode = host.spec.cgroupVersion === 2 ? 'private' : 'host' } = config.defaults;
  const runtimes = Object.entries(config.runtimes).map(([name, { path }]) => `${name}:${path}`);
  return {
    Type: 'daemon' as const,
    Action: 'reload',
    id: config.id,
    attributes: {
      name: config.name,
      debug: String(current.debug),
      labels: JSON.stringify(current.labels),
      runtimes: runtimes.join(' '),
      'default-runtime': current.defaultRuntime,
      'registry-mirrors': JSON.stringify(current.registries.mirrors),
      'insecure-registries': JSON.stringify(current.registries.insecureRegistries),
      'max-concurrent-downloads': shownLimit(current.registries.maxDownloads),
      'max-concurrent-uploads': shownLimit(current.registries.maxUploads),
      'max-download-attempts': String(current.registries.attempts),
      'default-shm-size': String(current.shmSize),
      'default-ipc-mode': ipcMode,
      'default-cgroupns-mode': cgroupnsMode,
      features: printValue(new Map(Object.entries(current.features))),
      'live-restore': 'true',
      'shutdown-timeout': String(current.shutdownTimeout),
    },
  };
}

const shownLimit = (limit: number) => (limit === Number.POSITIVE_INFINITY ? '0' : String(limit));

/** `dataRoot` → `data-root`. */
const optionName = (key: string) => key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
