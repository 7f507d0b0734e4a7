// The registry as a process: it listens, serves until it is told to stop, and ends what runs.

import { readFileSync, rmSync, writeSync } from 'node:fs';
import { Distribution, type Proxies } from '../../distribution/index.ts';
import { CleanupStack } from '../../lib/cleanup-stack.ts';
import { errorCode, errorMessage, invalid, systemError } from '../../lib/errors.ts';
import { HttpServer } from '../../lib/http/http-server.ts';
import type { TlsIdentity } from '../../lib/http/tls-listener.ts';
import { createLogger, type Logger } from '../../lib/logger.ts';
import { parseHtpasswd, Registry } from '../../registry/index.ts';
import { readTlsIdentity } from '../listening/tls-identity.ts';
import { claimRoot } from './claim-root.ts';
import type { ListenPlace, RegistryConfiguration } from './configuration/configuration.ts';
import { reload } from './reload.ts';

const shutdownGrace = 10_000;

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
  claimRoot(configuration.options.root, undo);
  survive(logger);
  const registries = new Distribution(
    {
      ...{ insecureRegistries: configuration.insecureUpstreams, attempts: 2, proxies: environmentProxies() },
      certificateFolders: ['/etc/berth/certs.d', '/etc/docker/certs.d'],
    },
    { logger },
  );
  undo.defer('connections', () => registries.close());
  const registry = new Registry(configuration.options, { logger, registries });
  undo.defer('registry', () => registry.close());
  for (const digest of await registry.recover()) logger.warn('a blob was not whole and was removed', { digest });
  const server = new HttpServer(exchange => registry.handle(exchange));
  undo.defer('server', () => server.close({ grace: shutdownGrace }));
  for (const place of configuration.listen) await listen(server, place, { tls, logger, undo });
  const deps = { read, check, registry, server, logger };
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
  return tls && identityOf(tls);
}

async function listen(
  server: HttpServer,
  place: ListenPlace,
  { tls, logger, undo }: { tls: TlsIdentity | undefined; logger: Logger; undo: CleanupStack },
): Promise<void> {
  const text = place.path ?? `${place.host}:${place.port}`;
  try {
    if (place.path !== undefined) {
      const path = place.path;
      rmSync(path, { force: true });
      await server.listen({ path });
      undo.defer('socket', () => rmSync(path, { force: true }));
      logger.info('listening', { address: `unix://${path}` });
      return;
    }
    const bound = await server.listen({ host: place.host, port: place.port }, tls);
    const port = typeof bound === 'object' ? bound?.port : place.port;
    logger.info('listening', { address: `${place.host}:${port}`, tls: tls !== undefined });
  } catch (error) {
    const why = errorCode(error) === 'EADDRINUSE' ? 'the address is in use' : errorMessage(error);
    throw systemError(`cannot listen on ${text}: ${why}`, error);
  }
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

/** Upstreams may be behind one. */
function environmentProxies(): Proxies {
  const proxy = (name: string) => process.env[name] ?? process.env[name.toLowerCase()];
  return { http: proxy('HTTP_PROXY'), https: proxy('HTTPS_PROXY'), no: proxy('NO_PROXY') };
}

/** A mistake in one request must not end the registry for all the others. */
function survive(logger: Logger): void {
  process.on('uncaughtException', error => logger.error('uncaught exception', { error: error.stack ?? String(error) }));
  process.on('unhandledRejection', reason => logger.error('unhandled rejection', { error: errorMessage(reason) }));
}

function stopSignal(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
}
