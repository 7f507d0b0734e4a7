// An engine without a machine: real networks, volumes, logs and records over a double of the kernel; images, runtime
// and host are doubles themselves. Every call is on record and can be told to fail.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerCreateRequest } from '../../api/types/containers.ts';
import { Distribution } from '../../distribution/index.ts';
import { createFakeKernel } from '../../kernel/index.ts';
import { KeyedMutex } from '../../lib/concurrency/keyed-mutex.ts';
import { errorKind, errorMessage } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/logger.ts';
import { Logs } from '../../logs/index.ts';
import { Networks } from '../../networks/index.ts';
import { openStore } from '../../store/index.ts';
import { Volumes } from '../../volumes/index.ts';
import { createContainer } from '../containers/configuration/create.ts';
import { startContainer } from '../containers/lifecycle/start.ts';
import type { Container } from '../containers/state/container.ts';
import { ContainerRegistry } from '../containers/state/container-registry.ts';
import type { Engine, EngineConfig } from '../engine.ts';
import { EventLog } from '../events/event-log.ts';
import { ExecRegistry } from '../exec/exec-registry.ts';
import { CallLog } from './call-log.ts';
import type { FakeProcess } from './fake-process.ts';
import { FakeImages, FakeRuntime, fakeHost } from './fake-rooms.ts';

export interface TestEngine {
  engine: Engine;
  images: FakeImages;
  runtime: FakeRuntime;
  log: CallLog;
  /** A folder of this test's own. */
  root: string;
  /** `type action` of every event so far, the oldest first. */
  events(): string[];
  /** A container of the image `app` (command `run`). */
  create(request?: ContainerCreateRequest, name?: string): Promise<Container>;
  /** The same, started. */
  run(request?: ContainerCreateRequest, name?: string): Promise<{ container: Container; process: FakeProcess }>;
  /** Ends a process and waits until the engine has dealt with it. */
  exit(container: Container, code: number, options?: { oomKilled?: boolean; at?: Date }): Promise<void>;
  /** The same records in the memory of a new daemon, which knows of no process. */
  reboot(): Promise<void>;
  close(): Promise<void>;
}

export async function createTestEngine(): Promise<TestEngine> {
  const root = mkdtempSync(join(tmpdir(), 'engine-'));
  const store = openStore(':memory:');
  const kernel = createFakeKernel();
  const log = new CallLog();
  const images = new FakeImages(root);
  images.put('app:latest', { Cmd: ['run'] });
  const runtime = new FakeRuntime(log);
  const rooms = { kernel, store, logger: silentLogger };

  // Claimed on the whole machine while the engine lives.
  const unique = `e${randomBytes(5).toString('hex')}`;
  let networks: Networks | undefined;

  async function buildEngine(): Promise<Engine> {
    await networks?.stop();
    networks = new Networks({ execRoot: root, bip: '172.17.0.1/16', bridge: unique, table: unique }, rooms);
    await networks.start();
    return {
      config: testConfig(root),
      host: log.wrap('host', fakeHost()),
      store,
      images: log.wrap('images', images.asRoom()),
      registries: new Distribution({}, rooms),
      networks: log.wrap('networks', networks),
      volumes: log.wrap('volumes', new Volumes({ root }, rooms)),
      runtime: log.wrap('runtime', runtime.asRoom()),
      logs: log.wrap('logs', new Logs()),
      logger: silentLogger,
      containers: log.wrap('containers', new ContainerRegistry(store, id => join(root, 'containers', id))),
      execs: new ExecRegistry(),
      events: new EventLog(),
      locks: new KeyedMutex(),
    };
  }

  const own: TestEngine = {
    engine: await buildEngine(),
    images,
    runtime,
    log,
    root,
    events: () => own.engine.events.between(0, Number.POSITIVE_INFINITY).map(event => `${event.Type} ${event.Action}`),
    async create(request = {}, name) {
      const { Id } = await createContainer(own.engine, { name, request: { Image: 'app', ...request } });
      return own.engine.containers.get(Id);
    },
    async run(request, name) {
      const container = await own.create(request, name);
      await startContainer(own.engine, container.id);
      return { container, process: container.process as FakeProcess };
    },
    async exit(container, code, options) {
      const announced = new Promise(resolve => container.onExit(resolve));
      (container.process as FakeProcess).exit(code, options);
      await announced;
      await own.engine.locks.run(container.id, () => {});
    },
    async reboot() {
      own.engine = await buildEngine();
    },
    async close() {
      for (const container of own.engine.containers.all()) clearTimeout(container.restartTimer);
      await networks?.stop();
      store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return own;
}

function testConfig(root: string): EngineConfig {
  return {
    ...{ id: 'engine-id', name: 'host', version: '1.0', commit: 'abc', buildTime: '2024-01-01' },
    ...{ dataRoot: root, execRoot: root, runtimes: { crun: { path: '/bin/crun' } }, defaultRuntime: 'crun' },
    ...{
      logDriver: 'json-file',
      logOptions: {},
      labels: [],
      debug: false,
      initPath: undefined,
      cgroupParent: '/berth',
    },
    ...{
      shmSize: 64 * 1024 * 1024,
      stopTimeout: 10,
      dns: [],
      dnsSearch: [],
      dnsOptions: [],
      init: false,
      proxies: { http: '', https: '', no: '' },
      defaults: {
        ...{ ulimits: [], ipcMode: 'private' as const, cgroupnsMode: undefined, noNewPrivileges: false },
        seccomp: { name: 'builtin', profile: 'default' as const },
      },
      buildkit: true,
      ids: undefined,
    },
  };
}

/** `kind: message` of what a call throws, or `done`. */
export async function outcome(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    return `${errorKind(error)}: ${errorMessage(error)}`;
  }
}

/** Waits for something that other code brings about. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 15 s');
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}
