// `berth daemon`: from arguments to exit code.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  createKernel,
  ensureHybridMountNamespace,
  execve,
  type Kernel,
  removeMountNamespace,
} from '../kernel/index.ts';
import type { BuildInfo } from '../lib/build-info.ts';
import { CleanupStack } from '../lib/cleanup-stack.ts';
import { conflict, errorMessage, invalid } from '../lib/errors.ts';
import { createLogger } from '../lib/logger.ts';
import { createApiServer, createHandlers } from '../server/index.ts';
import { buildDaemon } from './build-daemon.ts';
import { claimLock } from './claim-lock.ts';
import { type Configuration, parseRequest } from './configuration/configuration.ts';
import { exportProxies } from './configuration/export-proxies.ts';
import { daemonHelp } from './help.ts';
import { keepActivatedSockets, takeActivatedSockets } from './listening/activated-sockets.ts';
import { checkHosts, planListeners } from './listening/listeners.ts';
import { readTlsIdentity } from './listening/tls-identity.ts';
import { claimCgroupParent } from './machine/cgroup-parent.ts';
import { EngineMetrics } from './metrics/engine-metrics.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';
import { serviceNotifier } from './notify.ts';
import { stopSignal, surviveMistakes } from './process-events.ts';
import { reloadConfiguration } from './reload.ts';

/** Serves until SIGTERM or SIGINT; returns the exit code. `program` is the name it was called by. */
export async function runDaemon(argv: readonly string[], program: string, build: BuildInfo): Promise<number> {
  const write = (line: string) => void writeSync(2, line);
  try {
    const request = parseRequest(argv, basename(program) === 'dockerd');
    switch (request.kind) {
      case 'help':
        writeSync(1, daemonHelp(program));
        return 0;
      case 'version':
        writeSync(1, `Berth version ${build.version}, build ${build.commit}\n`);
        return 0;
      case 'validate':
        writeSync(1, 'configuration OK\n');
        return 0;
      case 'run':
        return await serve(request.configuration, () => readAgain(argv, program), build);
    }
  } catch (error) {
    write(`${basename(program)}: ${errorMessage(error)}\n`);
    return 1;
  }
}

/** `configuration` changes when the daemon reloads what `read` then gives. */
async function serve(configuration: Configuration, read: () => Configuration, build: BuildInfo): Promise<number> {
  if (process.getuid?.() !== 0) throw invalid('the daemon needs to be started with root privileges');
  checkHosts(configuration);
  const identity = configuration.tls && readTlsIdentity(configuration.tls);
  const pin = join(configuration.execRoot, 'ns', 'mnt');
  const place = ensureHybridMountNamespace({ pin });
  // The same process comes back here: it keeps its pid, and what it was handed over.
  if (place !== 'ready') {
    keepActivatedSockets(process.env, process.pid);
    execve(place.exec, process.env);
  }
  // One that comes while the daemon starts must not end it: the file is read at that moment anyway.
  let reload = () => {};
  process.on('SIGHUP', () => reload());
  const logger = createLogger({
    write: line => void writeSync(2, line),
    level: () => (configuration.debug ? 'debug' : configuration.logLevel),
    format: configuration.logFormat,
  });
  await using undo = new CleanupStack((step, error) =>
    logger.error(`closing failed: ${step}`, { error: errorMessage(error) }),
  );
  for (const key of configuration.ignored) logger.warn(`${key} has no effect`);
  const kernel = createKernel();
  undo.defer('kernel', () => kernel.close());
  const notify = serviceNotifier(process.env, { kernel, logger });
  await claimRoots(configuration, pin, { kernel, undo });
  const listeners = planListeners(configuration, identity, takeActivatedSockets(process.env, process.pid));
  surviveMistakes(logger);

  let takeBackProxies = exportProxies(configuration.registries.proxies, process.env);
  const releaseCgroups = claimCgroupParent(kernel.cgroups, configuration.cgroupParent);
  const daemon = await buildDaemon(configuration, build, logger);
  undo.defer('engine', async () => {
    const idle = ![...daemon.engine.containers.all()].some(container => container.process);
    if (idle) await daemon.engine.networks.purge();
    await daemon.close();
    if (idle) await releaseCgroups();
  });
  const metrics = new EngineMetrics(daemon.engine);
  if (configuration.metricsAddress !== undefined) {
    const scraped = await serveMetrics(configuration.metricsAddress, metrics);
    undo.defer('metrics', () => scraped.close());
  }
  const handlers = metrics.measure(createHandlers(daemon.engine, daemon.builder));
  const server = createApiServer({ handlers, logger, version: build.version });
  undo.defer('server', () => server.close({ grace: configuration.shutdownTimeout * 1000 }));
  for (const { host, address } of listeners) {
    await server.listen(address);
    logger.info(`API listen on ${host}`);
  }
  logger.info('daemon has completed initialization', {
    version: build.version,
    containers: daemon.engine.containers.size,
  });
  reload = () => {
    notify('reloading');
    // What the file no longer says is what the environment said at first.
    takeBackProxies();
    reloadConfiguration(configuration, read, { ...daemon, logger, searchPath: process.env.PATH });
    takeBackProxies = exportProxies(configuration.registries.proxies, process.env);
    notify('ready');
  };
  notify('ready');
  const signal = await stopSignal();
  notify('stopping');
  logger.info('processing signal', { signal });
  return 0;
}

/** The configuration as a restart would have it. Throws `invalid`, `conflict`. */
function readAgain(argv: readonly string[], program: string): Configuration {
  const request = parseRequest(argv, basename(program) === 'dockerd');
  if (request.kind !== 'run') throw invalid('the command line asks for no daemon');
  return request.configuration;
}

/**
 * A second daemon on the same roots would destroy the first one's work. Whoever has the exec root takes the pinned mount
 * namespace away at the end, unless containers are in it.
 */
async function claimRoots(
  configuration: Configuration,
  pin: string,
  { kernel, undo }: { kernel: Kernel; undo: CleanupStack },
): Promise<void> {
  const { dataRoot, execRoot, pidfile } = configuration;
  for (const root of [execRoot, dataRoot]) {
    mkdirSync(root, { recursive: true, mode: 0o711 });
    const lock = await claimLock(kernel.files, join(root, 'berth.lock'));
    if (!lock)
      throw conflict(`another daemon is running with ${root}: stop it or choose another --data-root and --exec-root`);
    undo.defer(`lock of ${root}`, () => lock[Symbol.dispose]());
    if (root === execRoot) undo.defer('mount namespace', () => leaveMountNamespace(pin, execRoot));
  }
  const holder = readPid(pidfile);
  if (holder !== undefined && holder !== process.pid && isDaemon(kernel.processes.commandLine(holder))) {
    throw conflict(
      `failed to start daemon, ensure it is not running or delete ${pidfile}: process with PID ${holder} is still running`,
    );
  }
  mkdirSync(dirname(pidfile), { recursive: true });
  writeFileSync(pidfile, String(process.pid));
  undo.defer('pid file', () => rmSync(pidfile, { force: true }));
}

function leaveMountNamespace(pin: string, execRoot: string): void {
  const bundles = join(execRoot, 'c');
  if (!existsSync(bundles) || readdirSync(bundles).length === 0) removeMountNamespace(pin);
}

function readPid(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

const isDaemon = (commandLine: string[]) => commandLine.some(word => /(^|\/)(berth|dockerd)$/.test(word));
