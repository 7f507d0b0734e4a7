// What the daemon is to do: flags over daemon.json over defaults, checked as a whole.

import { isIP } from 'node:net';
import type { ContainerDefaults } from '../../engine/index.ts';
import { conflict, invalid } from '../../lib/errors.ts';
import type { LogLevel } from '../../lib/logger.ts';
import { defaultCgroupParent } from '../machine/cgroup-parent.ts';
import { type BuilderSettings, readBuilderSettings } from './builder-settings.ts';
import { readContainerDefaults } from './container-defaults.ts';
import { readFeatures } from './features.ts';
import { ignoredOptions, refusedOptions } from './foreign-options.ts';
import { optionKey } from './options.ts';
import { type OptionValues, parseDaemonFlags } from './parse-flags.ts';
import { readConfigFile } from './read-file.ts';
import { type RegistrySettings, readRegistrySettings } from './registry-settings.ts';
import { readTlsPaths, type TlsPaths } from './tls-paths.ts';

export interface Configuration {
  dataRoot: string;
  execRoot: string;
  hosts: string[];
  /** Of the unix socket; a default group is used where it exists. */
  group: { name: string; ifPresent: boolean };
  /** Undefined: TCP is not encrypted. */
  tls: TlsPaths | undefined;
  /** TCP beyond loopback even where anybody may connect. */
  allowInsecureTcp: boolean;
  pidfile: string;
  debug: boolean;
  logLevel: LogLevel;
  logFormat: 'text' | 'json';
  bridge: string;
  /** Undefined: the first free of Docker's pools. */
  bip: string | undefined;
  /** Name of the nftables table: one of its own for each bridge. */
  table: string;
  /** Part of the bridge's subnet that containers get addresses from. */
  fixedCidr: string | undefined;
  /** Default route of containers on the bridge, when that is not the bridge. */
  defaultGateway: string | undefined;
  /** What `host-gateway` stands for; undefined: the bridge. */
  hostGateway: string | undefined;
  /** Where metrics are served; undefined: nowhere. */
  metricsAddress: string | undefined;
  icc: boolean;
  ip: string;
  ipForward: boolean;
  ipMasq: boolean;
  mtu: number;
  dns: string[];
  dnsSearch: string[];
  dnsOptions: string[];
  cgroupParent: string;
  runtimes: Record<string, { path: string; args?: string[] }>;
  defaultRuntime: string;
  shmSize: number;
  /** What containers get that say nothing of it. */
  defaults: ContainerDefaults;
  /** '' is off; see `resolveRemap`. */
  usernsRemap: string;
  init: boolean;
  initPath: string | undefined;
  logDriver: string;
  logOptions: Record<string, string>;
  labels: string[];
  registries: RegistrySettings;
  builder: BuilderSettings;
  /** Clients that can choose are told to build by BuildKit's protocol. */
  buildkit: boolean;
  /** All switches by name, as they were given. */
  features: Readonly<Record<string, boolean>>;
  /** Seconds. */
  shutdownTimeout: number;
  /** Options of dockerd that were given and change nothing, for the log. */
  ignored: string[];
}

/** What the command line asks for besides a configuration. */
type Request =
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'validate'; configuration: Configuration }
  | { kind: 'run'; configuration: Configuration };

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'fatal'];
const defaultBridge = 'berth0';

/** `asDockerd`: defaults of the program that Docker's users start as `dockerd`. Throws `invalid`. */
export function parseRequest(argv: readonly string[], asDockerd: boolean): Request {
  const flags = parseDaemonFlags(argv);
  if (flags.help) return { kind: 'help' };
  if (flags.version) return { kind: 'version' };
  const named = flags['config-file'] as string | undefined;
  const configFile = named ?? (asDockerd ? '/etc/docker/daemon.json' : '/etc/berth/daemon.json');
  const file = readConfigFile(configFile);
  if (!file && named !== undefined && named !== '/dev/null') {
    throw invalid(`unable to configure the daemon with file ${named}: open ${named}: no such file or directory`);
  }
  const configuration = buildConfiguration(flags, file ?? {}, asDockerd);
  return flags.validate ? { kind: 'validate', configuration } : { kind: 'run', configuration };
}

/** Merges and checks; a value given in both places is refused, as Docker does. */
function buildConfiguration(flags: OptionValues, file: OptionValues, asDockerd: boolean): Configuration {
  requireOnePlace(flags, file);
  refuseForeign({ ...file, ...flags });
  const values = { ...file, ...flags, runtimes: { ...(file.runtimes as object), ...(flags.runtimes as object) } };
  const get = <T>(key: string, fallback: T): T => (values[key as keyof typeof values] as T | undefined) ?? fallback;
  const execRoot = get('exec-root', '/run/berth');
  const bridge = get('bridge', defaultBridge);
  const runtimes = { crun: { path: 'crun' }, runc: { path: 'runc' }, ...get('runtimes', {}) };
  const features = readFeatures(get<object>('features', {}));
  const configuration: Configuration = {
    dataRoot: get('data-root', '/var/lib/berth'),
    execRoot,
    hosts: get('hosts', [asDockerd ? 'unix:///var/run/docker.sock' : 'unix:///run/berth/berth.sock']),
    group: { name: get('group', asDockerd ? 'docker' : 'berth'), ifPresent: !('group' in values) },
    tls: readTlsPaths(values),
    allowInsecureTcp: get('allow-insecure-tcp', false),
    pidfile: get('pidfile', asDockerd ? '/var/run/docker.pid' : `${execRoot}/berth.pid`),
    debug: get('debug', false),
    logLevel: get<LogLevel>('log-level', 'info'),
    logFormat: get<'text' | 'json'>('log-format', 'text'),
    bridge,
    bip: get<string | undefined>('bip', undefined),
    table: bridge === defaultBridge ? 'berth' : `berth-${bridge}`,
    fixedCidr: get<string | undefined>('fixed-cidr', undefined) || undefined,
    defaultGateway: get<string | undefined>('default-gateway', undefined) || undefined,
    hostGateway: get<string[]>('host-gateway-ips', []).find(address => isIP(address) === 4),
    metricsAddress: get<string | undefined>('metrics-addr', undefined) || undefined,
    icc: get('icc', true),
    ip: get('ip', '0.0.0.0'),
    ipForward: get('ip-forward', true),
    ipMasq: get('ip-masq', true),
    mtu: get('mtu', 0) || 1500,
    dns: get<string[]>('dns', []),
    dnsSearch: get<string[]>('dns-search', []),
    dnsOptions: get<string[]>('dns-opts', []),
    cgroupParent: get('cgroup-parent', defaultCgroupParent),
    runtimes,
    defaultRuntime: get('default-runtime', 'crun'),
    shmSize: get('default-shm-size', 64 * 1024 * 1024),
    defaults: readContainerDefaults(values),
    usernsRemap: get('userns-remap', ''),
    init: get('init', false),
    initPath: get<string | undefined>('init-path', undefined),
    logDriver: get('log-driver', 'json-file'),
    logOptions: get<Record<string, string>>('log-opts', {}),
    labels: get<string[]>('labels', []),
    registries: readRegistrySettings(values),
    builder: readBuilderSettings(get<unknown>('builder', undefined)),
    shutdownTimeout: get('shutdown-timeout', 15),
    buildkit: features.buildkit,
    features: features.switches,
    ignored: [...ignoredOptions.map(optionKey).filter(key => key in values), ...features.ignored],
  };
  check(configuration, get<string | undefined>('storage-driver', undefined));
  refuseSettings(values);
  return configuration;
}

/** Options that are understood and may have only the value that holds here. */
function refuseSettings(values: OptionValues): void {
  for (const option of (values['exec-opts'] as string[] | undefined) ?? []) {
    const [key, value] = option.split('=');
    if (key !== 'native.cgroupdriver') throw invalid(`exec-opts: invalid setting: ${option}`);
    if (value !== 'cgroupfs') {
      throw invalid(`exec-opts: ${option} is not supported: containers' groups are made by the engine, use cgroupfs`);
    }
  }
  if (values['selinux-enabled']) throw invalid('selinux-enabled: there is no SELinux labelling: containers have none');
  for (const key of ['cpu-rt-period', 'cpu-rt-runtime']) {
    if (values[key]) throw invalid(`${key}: real-time scheduling of containers is not supported: leave it 0`);
  }
  for (const address of (values['host-gateway-ips'] as string[] | undefined) ?? []) {
    if (isIP(address) === 0) throw invalid(`host-gateway-ips: ${address} is not an IP address`);
  }
  const metrics = values['metrics-addr'] as string | undefined;
  if (metrics && !/^(\[[0-9a-f:]+\]|[\w.-]*):\d{1,5}$/.test(metrics)) {
    throw invalid(`metrics-addr: ${metrics}: expected host:port`);
  }
}

function check(configuration: Configuration, storageDriver: string | undefined): void {
  const { logLevel, logFormat, defaultRuntime, runtimes, labels, bridge } = configuration;
  if (!levels.includes(logLevel)) throw invalid(`invalid logging level: ${logLevel}: use one of ${levels.join(', ')}`);
  if (!['text', 'json'].includes(logFormat)) throw invalid(`invalid log format: ${logFormat}: use text or json`);
  if (!(defaultRuntime in runtimes)) throw invalid(`specified default runtime '${defaultRuntime}' does not exist`);
  if (storageDriver !== undefined && storageDriver !== 'overlay2') {
    throw invalid(`storage-driver: ${storageDriver} is not supported: use overlay2`);
  }
  for (const root of ['dataRoot', 'execRoot'] as const) {
    if (!configuration[root].startsWith('/'))
      throw invalid(
        `${root === 'dataRoot' ? 'data-root' : 'exec-root'} must be an absolute path: ${configuration[root]}`,
      );
  }
  for (const label of labels)
    if (!label.includes('=')) throw invalid(`bad attribute format: ${label}: expected key=value`);
  // Docker's word for a daemon without a default bridge, not the name of one.
  if (bridge === 'none') throw invalid('bridge: none is not supported yet: name a bridge, or leave it out');
  // IFNAMSIZ, with the terminating zero.
  if (!/^[\w.-]{1,15}$/.test(bridge)) throw invalid(`bridge: invalid interface name: ${bridge}`);
}

/** An option whose `false` or `''` was given asks for nothing. */
function refuseForeign(values: OptionValues): void {
  for (const option of refusedOptions) {
    const value = values[optionKey(option)];
    if (value) throw invalid(`${optionKey(option)} is not supported yet: leave it out`);
  }
}

/** As Docker: even lists have one place, only runtimes are put together. */
function requireOnePlace(flags: OptionValues, file: OptionValues): void {
  const shared = Object.keys(flags).filter(key => key in file && key !== 'runtimes');
  if (shared.length === 0) return;
  const each = shared.map(key => `${key}: (from flag: ${show(flags[key])}, from file: ${show(file[key])})`);
  throw conflict(
    `the following directives are specified both as a flag and in the configuration file: ${each.join(', ')}`,
  );
}

/** Lists in Go's form. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(' ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
