// From flags to the body of a create request, field by field as Docker's command line fills it.

import { resolve } from 'node:path';
import type { HealthConfig, HostConfig, Mount, Resources } from '../../api/types/container-config.ts';
import type { ContainerCreateRequest } from '../../api/types/containers.ts';
import type { CreateFlags } from './create-flags.ts';
import { parseDevices } from './devices.ts';
import { collectEnv, collectLabels, type Environment } from './env.ts';
import { isMacAddress } from './hosts.ts';
import { parseRestartPolicy, resolveCapabilityFlags } from './limits.ts';
import { buildNetworkingConfig } from './networks.ts';
import { parsePorts } from './ports.ts';
import { parseSecurityOptions } from './security.ts';
import { parseTmpfs, parseVolumes } from './volumes.ts';

interface CreateInput {
  flags: CreateFlags;
  changed(name: keyof CreateFlags & string): boolean;
  image: string;
  command: string[];
  environment: Environment;
  /** `NAME=VALUE` of proxies that the user has configured. */
  proxies?: readonly string[];
  /** What relative paths start from. */
  directory: string;
}

/** The request body for the flags. Throws a plain Error with Docker's wording for values that do not fit. */
export function buildCreateRequest(input: CreateInput): ContainerCreateRequest {
  const { flags } = input;
  checkFlags(flags);
  const ports = parsePorts(flags.publish, flags.expose);
  const volumes = parseVolumes(flags.volume, input.directory);
  const attachStdin = flags.attach.includes('stdin') || flags.interactive;
  const attachAll = flags.attach.length === 0;
  const networking = buildNetworkingConfig(flags.network, {
    aliases: flags['network-alias'],
    links: flags.link,
    ipv4: flags.ip,
    ipv6: flags.ip6,
    mac: flags['mac-address'],
    linkLocal: flags['link-local-ip'],
  });
  return {
    Hostname: flags.hostname,
    Domainname: flags.domainname,
    User: flags.user,
    AttachStdin: attachStdin,
    AttachStdout: attachAll || flags.attach.includes('stdout'),
    AttachStderr: attachAll || flags.attach.includes('stderr'),
    ...(Object.keys(ports.exposed).length > 0 && { ExposedPorts: ports.exposed }),
    Tty: flags.tty,
    OpenStdin: flags.interactive,
    StdinOnce: flags.interactive && attachStdin,
    Env: orNull([...collectEnv(flags['env-file'], flags.env, input.environment), ...(input.proxies ?? [])]),
    Cmd: orNull(input.command),
    ...healthcheck(flags),
    Image: input.image,
    Volumes: volumes.anonymous,
    WorkingDir: flags.workdir,
    Entrypoint: flags.entrypoint !== '' || input.changed('entrypoint') ? [flags.entrypoint] : null,
    OnBuild: null,
    Labels: collectLabels(flags['label-file'], flags.label),
    ...(input.changed('stop-signal') && { StopSignal: flags['stop-signal'] }),
    ...(input.changed('stop-timeout') && { StopTimeout: flags['stop-timeout'] }),
    HostConfig: hostConfig(input, { binds: volumes.binds, bindings: ports.bindings }),
    NetworkingConfig: networking,
  };
}

function checkFlags(flags: CreateFlags): void {
  if (flags['mac-address'] && !isMacAddress(flags['mac-address'])) {
    throw new Error(`${flags['mac-address']} is not a valid mac address`);
  }
  const swappiness = flags['memory-swappiness'];
  if (swappiness !== -1 && (swappiness < 0 || swappiness > 100)) {
    throw new Error(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`);
  }
  if (!['', 'host'].includes(flags.pid) && !isContainerMode(flags.pid)) throw new Error('--pid: invalid PID mode');
  if (!['', 'host'].includes(flags.uts)) throw new Error('--uts: invalid UTS mode');
  if (!['', 'host'].includes(flags.userns)) throw new Error('--userns: invalid USER mode');
  if (!['', 'host', 'private'].includes(flags.cgroupns)) throw new Error('--cgroupns: invalid CGROUP mode');
  if (flags.rm && !['', 'no'].includes(parseRestartPolicy(flags.restart).Name ?? '')) {
    throw new Error('conflicting options: cannot specify both --restart and --rm');
  }
}

const isContainerMode = (mode: string) => mode.startsWith('container:') && mode.length > 'container:'.length;

function hostConfig(input: CreateInput, parsed: Pick<HostConfigParts, 'binds' | 'bindings'>): HostConfig {
  const { flags } = input;
  const security = parseSecurityOptions(flags['security-opt']);
  const capabilities = resolveCapabilityFlags(flags['cap-add'], flags['cap-drop']);
  const tmpfs = parseTmpfs(flags.tmpfs);
  return {
    Binds: orNull(parsed.binds),
    ContainerIDFile: flags.cidfile,
    LogConfig: logConfig(flags),
    NetworkMode: flags.network[0]?.target ?? 'default',
    PortBindings: parsed.bindings,
    RestartPolicy: parseRestartPolicy(flags.restart),
    AutoRemove: flags.rm,
    VolumeDriver: flags['volume-driver'],
    VolumesFrom: orNull(flags['volumes-from']),
    ConsoleSize: [0, 0],
    ...(Object.keys(flags.annotation).length > 0 && { Annotations: flags.annotation }),
    CapAdd: capabilities.add,
    CapDrop: capabilities.drop,
    CgroupnsMode: flags.cgroupns as HostConfig['CgroupnsMode'],
    Dns: [...flags.dns],
    DnsOptions: [...flags['dns-option']],
    DnsSearch: [...flags['dns-search']],
    ExtraHosts: orNull(flags['add-host']),
    GroupAdd: orNull(flags['group-add']),
    IpcMode: flags.ipc,
    Cgroup: '',
    Links: orNull(flags.link),
    OomScoreAdj: flags['oom-score-adj'],
    PidMode: flags.pid,
    Privileged: flags.privileged,
    PublishAllPorts: flags['publish-all'],
    ReadonlyRootfs: flags['read-only'],
    SecurityOpt: security.options,
    ...(flags['storage-opt'].length > 0 && { StorageOpt: storageOptions(flags['storage-opt']) }),
    ...(tmpfs && { Tmpfs: tmpfs }),
    UTSMode: flags.uts,
    UsernsMode: flags.userns,
    ShmSize: flags['shm-size'],
    ...(Object.keys(flags.sysctl).length > 0 && { Sysctls: flags.sysctl }),
    ...(flags.runtime !== '' && { Runtime: flags.runtime }),
    Isolation: flags.isolation,
    ...resources(flags),
    ...(flags.mount.length > 0 && { Mounts: flags.mount.map(mount => withAbsoluteSource(mount, input.directory)) }),
    MaskedPaths: security.maskedPaths,
    ReadonlyPaths: security.readonlyPaths,
    ...(input.changed('init') && { Init: flags.init }),
  };
}

/** `.` and `./…` are relative to the working directory; anything else is left to the daemon. */
function withAbsoluteSource(mount: Mount, directory: string): Mount {
  const { Source } = mount;
  return Source === '.' || Source?.startsWith('./') ? { ...mount, Source: resolve(directory, Source) } : mount;
}

interface HostConfigParts {
  binds: string[];
  bindings: HostConfig['PortBindings'];
}

function resources(flags: CreateFlags): Resources {
  const { devices, cdi } = parseDevices(flags.device);
  const cdiRequest = { Driver: 'cdi', Count: 0, DeviceIDs: cdi, Capabilities: null, Options: null };
  const requests = [...flags.gpus, ...(cdi.length > 0 ? [cdiRequest] : [])];
  return {
    CpuShares: flags['cpu-shares'],
    Memory: flags.memory,
    NanoCpus: flags.cpus,
    CgroupParent: flags['cgroup-parent'],
    BlkioWeight: flags['blkio-weight'],
    BlkioWeightDevice: [...flags['blkio-weight-device']],
    BlkioDeviceReadBps: [...flags['device-read-bps']],
    BlkioDeviceWriteBps: [...flags['device-write-bps']],
    BlkioDeviceReadIOps: [...flags['device-read-iops']],
    BlkioDeviceWriteIOps: [...flags['device-write-iops']],
    CpuPeriod: flags['cpu-period'],
    CpuQuota: flags['cpu-quota'],
    CpuRealtimePeriod: flags['cpu-rt-period'],
    CpuRealtimeRuntime: flags['cpu-rt-runtime'],
    CpusetCpus: flags['cpuset-cpus'],
    CpusetMems: flags['cpuset-mems'],
    Devices: devices,
    DeviceCgroupRules: orNull(flags['device-cgroup-rule']),
    DeviceRequests: orNull(requests),
    MemoryReservation: flags['memory-reservation'],
    MemorySwap: flags['memory-swap'],
    MemorySwappiness: flags['memory-swappiness'],
    OomKillDisable: flags['oom-kill-disable'],
    PidsLimit: flags['pids-limit'],
    Ulimits: [...flags.ulimit].sort((a, b) => (a.Name < b.Name ? -1 : 1)),
    CpuCount: flags['cpu-count'],
    CpuPercent: flags['cpu-percent'],
    IOMaximumIOps: flags['io-maxiops'],
    IOMaximumBandwidth: flags['io-maxbandwidth'],
  };
}

function healthcheck(flags: CreateFlags): { Healthcheck?: HealthConfig } {
  const times = [
    'health-interval',
    'health-timeout',
    'health-retries',
    'health-start-period',
    'health-start-interval',
  ] as const;
  const given = flags['health-cmd'] !== '' || times.some(name => flags[name] !== 0);
  if (flags['no-healthcheck']) {
    if (given) throw new Error('--no-healthcheck conflicts with --health-* options');
    return { Healthcheck: { Test: ['NONE'] } };
  }
  if (!given) return {};
  for (const name of times) if (flags[name] < 0) throw new Error(`--${name} cannot be negative`);
  return {
    Healthcheck: {
      ...(flags['health-cmd'] !== '' && { Test: ['CMD-SHELL', flags['health-cmd']] }),
      ...(flags['health-interval'] && { Interval: flags['health-interval'] }),
      ...(flags['health-timeout'] && { Timeout: flags['health-timeout'] }),
      ...(flags['health-start-period'] && { StartPeriod: flags['health-start-period'] }),
      ...(flags['health-start-interval'] && { StartInterval: flags['health-start-interval'] }),
      ...(flags['health-retries'] && { Retries: flags['health-retries'] }),
    },
  };
}

function logConfig(flags: CreateFlags): NonNullable<HostConfig['LogConfig']> {
  if (flags['log-driver'] === 'none' && flags['log-opt'].length > 0) {
    throw new Error('invalid logging opts for driver none');
  }
  return { Type: flags['log-driver'], Config: pairs(flags['log-opt']) };
}

function storageOptions(texts: readonly string[]): Record<string, string> {
  if (texts.some(text => !text.includes('='))) throw new Error('invalid storage option');
  return pairs(texts);
}

function pairs(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map(text => {
      const equals = text.indexOf('=');
      return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

const orNull = <T>(items: readonly T[]): T[] | null => (items.length > 0 ? [...items] : null);
