// The registry as a process: it listens, serves until it is told to stop, and ends what runs.

import { readFileSync, writeSync } from 'node:fs';
import { Distribution } from '../../../distribution/index.ts';
import { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { errorMessage, invalid } from '../../../lib/errors.ts';
import type { TlsIdentity } from '../../../lib/http/tls-listener.ts';
import { createLogger, type Logger } from '../../../lib/logger.ts';
import { parseHtpasswd, Registry } from '../../../registry/index.ts';
import { readTlsIdentity } from '../../listening/tls-identity.ts';
import { stopSignal, surviveMistakes } from '../../process-events.ts';
import { claimRoot } from '../claim-root.ts';
import type { RegistryConfiguration } from '../configuration/configuration.ts';
import { Listeners } from './listeners.ts';
import { outOfDate } from './out-of-date.ts';
import { reload } from './reload.ts';
import { upstreamOptions } from './upstream-options.ts';

/**
 * Serves what `read` returns until SIGTERM or SIGINT, and reads again on SIGHUP; returns the exit code. Throws `conflict`
 * when another process has the folder.
 */
export async function serve(read: () => RegistryConfiguration): Promise<number> {
  let configuration = read();
  const logger = createLogger({
    write: line => void writeSync(2, line),
    level: () => configuration.logLevel,
    format: configuration.logFormat,
  });
  const check = (next: RegistryConfiguration) => checkFiles(next, logger);
  const tls = check(configuration);
  await using undo = new CleanupStack((step, error) =>
    logger.error(`closing failed: ${step}`, { error: errorMessage(error) }),
  );
  await claimRoot(configuration.options.root, undo);
  surviveMistakes(logger);
  const registries = new Distribution(upstreamOptions(configuration), { logger });
  undo.defer('connections', () => registries.close());
  const registry = new Registry(configuration.options, { logger, registries });
  undo.defer('registry', () => registry.close());
  for (const digest of await registry.recover()) logger.warn('a blob was not whole and was removed', { digest });
  const listeners = new Listeners(exchange => registry.handle(exchange), { logger });
  undo.defer('listeners', () => listeners.close());
  await listeners.follow(configuration.listen, tls);
  const deps = { read, check, registry, registries, listeners, logger };
  let reloading: Promise<void> = Promise.resolve();
  process.on('SIGHUP', () => {
    reloading = reloading.then(async () => {
      configuration = await reload(configuration, deps);
    });
  });
  const signal = await stopSignal();
  logger.info('processing signal', { signal });
  return 0;
}

/** What the configuration names is there; returns the certificates, where there are any. Throws `invalid`. */
function checkFiles({ options, tls }: RegistryConfiguration, logger: Logger): TlsIdentity | undefined {
  checkUsers(options.access?.htpasswd, logger);
  const identity = tls && identityOf(tls);
  const dates = identity && outOfDate(identity.cert, Date.now());
  if (dates) logger.warn('the TLS certificate does not count now', dates);
  return identity;
}

function identityOf({ cert, key, clientCa }: NonNullable<RegistryConfiguration['tls']>): TlsIdentity {
  return readTlsIdentity({ cert, key, ca: clientCa ?? '', verify: clientCa !== undefined });
}

/** It is read when somebody comes; what is wrong with it is better said at once. */
function checkUsers(path: string | undefined, logger: Logger): void {
  if (path === undefined) return;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(`file of users: ${errorMessage(error)}`, error);
  }
  const known = parseHtpasswd(text);
  const names = text.split(/\r?\n/).flatMap(line => /^([^#:\s][^:]*):/.exec(line)?.[1] ?? []);
  const others = names.filter(name => !known.has(name));
  if (others.length > 0) logger.warn('users without a bcrypt password cannot sign in', { users: others.join(', ') });
}
