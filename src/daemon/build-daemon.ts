// The composition root: every room is built here, in order, and closed here, in reverse.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Builder } from '../builder/index.ts';
import { ContentStore } from '../content/index.ts';
import { Distribution } from '../distribution/index.ts';
import {
  ContainerRegistry,
  type Engine,
  EventLog,
  ExecRegistry,
  layersOf,
  publishBuilt,
  restoreContainers,
  surveyContainers,
} from '../engine/index.ts';
import { Images } from '../images/index.ts';
import { createKernel, type Kernel, specialFiles } from '../kernel/index.ts';
import type { BuildInfo } from '../lib/build-info.ts';
import { CleanupStack } from '../lib/cleanup-stack.ts';
import { KeyedMutex } from '../lib/concurrency/keyed-mutex.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { Logs } from '../logs/index.ts';
import { Networks } from '../networks/index.ts';
import { Runtime } from '../runtime/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { Volumes } from '../volumes/index.ts';
import type { Configuration } from './configuration/configuration.ts';
import { distributionOptions, transferLimits } from './configuration/registry-settings.ts';
import { keepDataRoot } from './data-root/keep-data-root.ts';
import { prepareDataRoot } from './data-root/prepare-data-root.ts';
import { findInit, findRuntimes } from './machine/find-programs.ts';
import { createHostPort } from './machine/host-port.ts';
import { stepProcesses } from './machine/step-processes.ts';
import { hostAccounts } from './user-namespaces/accounts.ts';
import { mountRemapped } from './user-namespaces/mount-remapped.ts';
import { type Remap, resolveRemap } from './user-namespaces/resolve-remap.ts';

/** A built engine. `close` leaves running containers alone; when none runs, nothing stays on the host. */
interface Daemon {
  engine: Engine;
  builder: Builder;
  registries: Distribution;
  close(): Promise<void>;
}

/**
 * Builds the rooms, takes over what runs and removes what no record owns. Undoes itself when it fails. With
 * users remapped it works in a data root of its own, `<data-root>/<uid>.<gid>`, as Docker does.
 */
export async function buildDaemon(given: Configuration, build: BuildInfo, logger: Logger): Promise<Daemon> {
  await using undo = new CleanupStack((step, error) =>
    logger.error(`closing failed: ${step}`, { error: errorMessage(error) }),
  );
  const remap = readRemap(given, logger);
  const configuration = { ...given, dataRoot: prepareDataRoot(given.dataRoot, remap?.root) };
  const kernel = createKernel();
  undo.defer('kernel', () => kernel.close());
  const store = openStore(join(configuration.dataRoot, 'berth.db'));
  undo.defer('store', () => store.close());
  const content = new ContentStore(join(configuration.dataRoot, 'content'));
  const remapped = remap && (await mountRemapped(configuration, remap.ids, kernel));
  if (remapped) undo.defer('data root with other owners', () => remapped.unmount());
  const registries = new Distribution(distributionOptions(configuration.registries, build.version), { logger });
  undo.defer('registries', () => registries.close());
  const images = new Images(
    {
      ...{ root: configuration.dataRoot, remapped: remapped?.root },
      transfers: transferLimits(configuration.registries),
    },
    { kernel, store, content, registries, logger },
  );
  undo.defer('images', () => images.close());
  const volumes = new Volumes({ root: configuration.dataRoot, owner: remap?.root }, { kernel, store, logger });
  const networks = new Networks(networkOptions(configuration), { kernel, store, logger });
  undo.defer('networks', () => networks.stop());
  const { execRoot, defaultRuntime } = configuration;
  const runtimes = findRuntimes(configuration.runtimes, defaultRuntime, process.env.PATH);
  const runtime = new Runtime({ execRoot, runtimes, defaultRuntime }, { kernel, logger });
  undo.defer('runtime', () => runtime.close());
  keepDataRoot(configuration, runtime);
  const engine: Engine = {
    config: { ...engineConfig({ ...configuration, runtimes }, build, store, kernel), ids: remap?.ids },
    host: createHostPort(kernel),
    store,
    images,
    registries,
    networks,
    volumes,
    runtime,
    logs: new Logs({}, { logger }),
    logger,
    containers: new ContainerRegistry(store, id => join(configuration.dataRoot, 'containers', id)),
    execs: new ExecRegistry(),
    events: new EventLog(),
    locks: new KeyedMutex(),
  };
  const builder = createBuilder(engine, kernel, configuration.builder);
  undo.defer('builds', () => builder.close());
  await restore(engine);
  await builder.restore();
  const rooms = undo.move();
  return { engine, builder, registries, close: () => rooms[Symbol.asyncDispose]() };
}

/** On the rooms the engine has; what it makes is theirs to keep. */
function createBuilder(
  { config, host, ...rooms }: Engine,
  kernel: Kernel,
  settings: Configuration['builder'],
): Builder {
  const { dataRoot, execRoot, cgroupParent, shmSize, dns, dnsSearch, dnsOptions } = config;
  const nameServers = { dns, search: dnsSearch, options: dnsOptions };
  // Steps that wait for a network or a lock must not keep others from the processors.
  const parallel = 2 * Math.max(2, host.cpus());
  return new Builder(
    {
      ...{ dataRoot, execRoot, cgroupParent, shmSize, nameServers, parallel, ids: config.ids },
      stepProcesses: stepProcesses(kernel.host),
      ...settings,
    },
    {
      ...rooms,
      specHost: host.spec,
      files: {
        ...specialFiles(kernel.files),
        listXattr: path => kernel.files.listXattr(path),
        getXattr: (path, name) => kernel.files.getXattr(path, name),
      },
      openInbox: () => kernel.sockets.openInbox(),
      resolveUser: (root, user) => host.resolveUser(root, user, []),
      anticipateStart: () => host.anticipateStart(),
      diskUsage: path => host.diskUsage(path),
      announce: (image, names) => publishBuilt(rooms, image, names),
    },
  );
}

/** Undefined when containers have the host's users. */
function readRemap({ usernsRemap }: Configuration, logger: Logger): Remap | undefined {
  if (usernsRemap === '') return undefined;
  const remap = resolveRemap(usernsRemap, hostAccounts);
  if (!remap) logger.warn('User namespaces: root cannot be remapped with itself; user namespaces are OFF');
  else logger.info(`User namespaces: ID ranges will be mapped to subuid/subgid ranges of: ${remap.names}`);
  return remap;
}

/** Each room reconciles with what still runs; only then the containers' own stories go on. */
async function restore(engine: Engine): Promise<void> {
  const survey = await surveyContainers(engine);
  // One of which nobody knows whether it runs keeps what it may need.
  const present = [...survey.running.keys(), ...survey.unknown];
  const running = new Set(present.map(container => container.id));
  const known = new Set([...engine.containers.all()].flatMap(layersOf));
  const users = new Map<string, Set<string>>();
  for (const container of present) {
    for (const { type, name } of container.record.mounts) {
      if (type === 'volume' && name) users.set(name, (users.get(name) ?? new Set()).add(container.id));
    }
  }
  await engine.runtime.sweep(new Set([...running, ...[...survey.ended.keys()].map(container => container.id)]));
  await engine.networks.start();
  await engine.networks.restore({ running });
  await engine.images.restore({ containers: known });
  await engine.volumes.restore({ users });
  await restoreContainers(engine, survey);
}

function networkOptions(configuration: Configuration) {
  const { execRoot, bridge, bip, table, icc, ipForward, ipMasq, mtu, ip, ...rest } = configuration;
  const { fixedCidr, defaultGateway, hostGateway } = rest;
  return {
    ...{ execRoot, bridge, bip, table, icc, ipForward, ipMasq, mtu, userlandIp: ip },
    ...{ fixedCidr, defaultGateway, hostGateway },
  };
}

function engineConfig(
  configuration: Configuration,
  build: BuildInfo,
  store: Store,
  kernel: Kernel,
): Omit<Engine['config'], 'ids'> {
  const facts = store.collection<string>('engine');
  const known = facts.get('id');
  const id = known ?? randomUUID();
  if (known === undefined) facts.put('id', id);
  return {
    id,
    name: kernel.host.hostname(),
    ...build,
    dataRoot: configuration.dataRoot,
    execRoot: configuration.execRoot,
    runtimes: configuration.runtimes,
    defaultRuntime: configuration.defaultRuntime,
    logDriver: configuration.logDriver,
    logOptions: configuration.logOptions,
    labels: configuration.labels,
    debug: configuration.debug,
    initPath: findInit(configuration.initPath, process.env.PATH),
    cgroupParent: configuration.cgroupParent,
    shmSize: configuration.shmSize,
    stopTimeout: 10,
    dns: configuration.dns,
    dnsSearch: configuration.dnsSearch,
    dnsOptions: configuration.dnsOptions,
    init: configuration.init,
    proxies: configuration.registries.proxies,
    defaults: configuration.defaults,
    buildkit: configuration.buildkit,
  };
}
