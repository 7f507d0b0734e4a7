// `docker info`.

import type { RegistryServiceConfig, SystemInfo } from '../../api/types/system.ts';
import { isAtLeast } from '../../api/versions.ts';
import type { RegistryConfiguration } from '../../distribution/index.ts';
import type { Engine } from '../engine.ts';

/** `version`: of the API; absent means the latest. */
export function describeSystem(engine: Engine, version?: string): SystemInfo {
  const { config, host } = engine;
  const controllers = host.cgroupControllers();
  const has = (controller: string) => controllers.includes(controller);
  const cgroupVersion = host.cgroupMode() === 'v2' ? '2' : '1';
  return {
    ID: config.id,
    ...countContainers(engine),
    Images: engine.images.list().length,
    Driver: 'overlay2',
    DriverStatus: [
      ['Backing Filesystem', host.fileSystem(config.dataRoot)],
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ],
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'null'],
      Authorization: null,
      Log: engine.logs.names().filter(name => name !== 'none'),
    },
    MemoryLimit: has('memory'),
    SwapLimit: has('memory') && host.swapAccounting(),
    CpuCfsPeriod: has('cpu'),
    CpuCfsQuota: has('cpu'),
    CPUShares: has('cpu'),
    CPUSet: has('cpuset'),
    PidsLimit: has('pids'),
    KernelMemoryTCP: cgroupVersion === '1' && has('memory'),
    OomKillDisable: cgroupVersion === '1' && has('memory'),
    IPv4Forwarding: host.sysctl('net.ipv4.ip_forward') === '1',
    Debug: config.debug,
    NFd: host.openFiles(),
    NGoroutines: 0,
    SystemTime: new Date().toISOString(),
    LoggingDriver: config.logDriver,
    CgroupDriver: 'cgroupfs',
    CgroupVersion: cgroupVersion,
    NEventsListener: engine.events.listeners,
    KernelVersion: host.kernelVersion(),
    OperatingSystem: host.operatingSystem(),
    OSVersion: host.operatingSystemVersion(),
    OSType: 'linux',
    Architecture: host.machine(),
    NCPU: host.cpus(),
    MemTotal: host.memoryTotal(),
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: describeRegistries(engine.registries.configuration),
    GenericResources: null,
    DockerRootDir: config.dataRoot,
    HttpProxy: withoutPassword(config.proxies.http),
    HttpsProxy: withoutPassword(config.proxies.https),
    NoProxy: config.proxies.no,
    Name: config.name,
    Labels: config.labels,
    ExperimentalBuild: false,
    ServerVersion: config.version,
    Runtimes: Object.fromEntries(
      Object.entries(config.runtimes).map(([name, { path, args }]) => [
        name,
        { path, ...(args?.length ? { runtimeArgs: args } : {}) },
      ]),
    ),
    DefaultRuntime: config.defaultRuntime,
    Swarm: {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
    LiveRestoreEnabled: true,
    Isolation: '',
    InitBinary: config.initPath ?? '',
    ContainerdCommit: { ID: '' },
    RuncCommit: { ID: '' },
    InitCommit: { ID: '' },
    SecurityOptions: [
      ...(host.spec.seccomp ? [`name=seccomp,profile=${config.defaults.seccomp.name}`] : []),
      ...(config.ids ? ['name=userns'] : []),
      ...(cgroupVersion === '2' ? ['name=cgroupns'] : []),
      ...(config.defaults.noNewPrivileges ? ['name=no-new-privileges'] : []),
    ],
    ...changedByVersion(version),
    CDISpecDirs: [],
    Warnings: warnings(controllers),
  };
}

/** What came and went with versions of the API. */
function changedByVersion(version: string | undefined): Partial<SystemInfo> {
  const before = (other: string) => version !== undefined && !isAtLeast(version, other);
  return {
    ...(before('1.49') ? {} : { FirewallBackend: { Driver: 'nftables' } }),
    // Whatever the host has: what depends on it is loaded when a network needs it.
    ...(before('1.50') && { BridgeNfIptables: false, BridgeNfIp6tables: false }),
    ...(before('1.42') && { KernelMemory: false }),
  };
}

function describeRegistries(configuration: RegistryConfiguration): RegistryServiceConfig {
  const { mirrors, insecureNetworks, insecureHosts } = configuration;
  const index = (name: string, secure: boolean) => ({
    ...{ Name: name, Mirrors: mirrorsOf(name), Secure: secure, Official: name === 'docker.io' },
  });
  // Docker writes them with a slash at the end.
  const mirrorsOf = (name: string) => (mirrors.get(name) ?? []).map(url => `${url}/`);
  const others = [...mirrors.keys()].filter(name => name !== 'docker.io' && !insecureHosts.includes(name));
  return {
    IndexConfigs: Object.fromEntries([
      ['docker.io', index('docker.io', true)],
      ...insecureHosts.map(name => [name, index(name, false)] as const),
      ...others.map(name => [name, index(name, true)] as const),
    ]),
    InsecureRegistryCIDRs: [...insecureNetworks],
    Mirrors: mirrorsOf('docker.io'),
  };
}

/** As Docker masks it: the name too. */
function withoutPassword(proxy: string): string {
  return proxy.replace(/^(\w+:\/\/)[^@/]*@/, '$1xxxxx:xxxxx@');
}

function countContainers(engine: Pick<Engine, 'containers'>) {
  let running = 0;
  let paused = 0;
  for (const { state } of engine.containers.all()) {
    if (state.Paused) paused++;
    else if (state.Running) running++;
  }
  const all = engine.containers.size;
  return {
    Containers: all,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: all - running - paused,
  };
}

function warnings(controllers: string[]): string[] | null {
  const missing = [
    ['memory', 'WARNING: No memory limit support'],
    ['cpu', 'WARNING: No cpu cfs quota support'],
    ['pids', 'WARNING: No pids limit support'],
  ] as const;
  const found = missing.filter(([name]) => !controllers.includes(name)).map(([, text]) => text);
  return found.length > 0 ? found : null;
}
