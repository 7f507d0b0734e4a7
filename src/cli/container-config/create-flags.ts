// The flags that describe a new container, shared by `create` and `run`.

import { bool, type FlagValues, list, map, string } from '../grammar/flag.ts';
import { bytes, duration, int, uint } from '../grammar/number-flags.ts';
import {
  checkDeviceRule,
  parseBytesThrottle,
  parseGpus,
  parseOperationsThrottle,
  parseWeightDevice,
} from './devices.ts';
import { checkEnv, checkLabel } from './env.ts';
import { checkAddress, checkLink, checkSearchDomain, parseExtraHost, parseStream } from './hosts.ts';
import { limitFlags } from './limit-flags.ts';
import { checkSysctl, parseUlimit } from './limits.ts';
import { parseMount } from './mounts.ts';
import { parseNetwork } from './networks.ts';

const processFlags = () => ({
  attach: list('Attach to standard input, output or error', { short: 'a', read: parseStream }),
  entrypoint: string("Replace the image's entrypoint"),
  env: list('Set environment variables', { short: 'e', read: checkEnv }),
  'env-file': list('Read environment variables from a file'),
  'group-add': list('Give the process more groups'),
  hostname: string('Host name inside the container', { short: 'h' }),
  domainname: string('NIS domain name of the container'),
  init: bool('Run a small init that forwards signals and reaps processes'),
  interactive: bool('Keep standard input open even if not attached', { short: 'i' }),
  label: list('Attach labels to the container', { short: 'l', read: checkLabel }),
  'label-file': list('Read labels from a file, one a line'),
  'stop-signal': string('Signal that asks the container to stop'),
  'stop-timeout': int('Seconds to wait for it to stop before it is killed'),
  tty: bool('Give the process a terminal', { short: 't' }),
  user: string('User name or number (format: <name|uid>[:<group|gid>])', { short: 'u' }),
  workdir: string('Working directory inside the container', { short: 'w' }),
});

const identityFlags = () => ({
  annotation: map('Annotate the container (passed on to the OCI runtime)'),
  cidfile: string("Write the container's ID to this file"),
  'disable-content-trust': bool('Do not verify the image', { initial: true }),
  isolation: string('Isolation technology of the container'),
  'log-driver': string('Where the output is logged to'),
  'log-opt': list('Options of the log driver'),
  name: string('Name of the container'),
  platform: string('Set the platform if the server is multi-platform capable'),
  pull: string('Pull the image first ("always", "missing", "never")', { initial: 'missing' }),
  quiet: bool('Do not show the progress of pulling', { short: 'q' }),
  restart: string('When to start the container again after it has ended', { initial: 'no' }),
  rm: bool('Remove the container and its anonymous volumes when it ends'),
  runtime: string('OCI runtime of this container'),
  'use-api-socket': bool("Mount the daemon's socket into the container"),
});

const healthFlags = () => ({
  'health-cmd': string('Command that probes the health'),
  'health-interval': duration('Time between two probes (ms|s|m|h)'),
  'health-retries': int('Failures in a row that mean unhealthy'),
  'health-start-interval': duration('Time between two probes during the start period (ms|s|m|h)'),
  'health-start-period': duration('Time in which failures do not count yet (ms|s|m|h)'),
  'health-timeout': duration('Longest time one probe may take (ms|s|m|h)'),
  'no-healthcheck': bool("Turn the image's HEALTHCHECK off"),
});

const resourceFlags = () => ({
  ...limitFlags(),
  'blkio-weight-device': list('Block I/O weight for one device', { read: parseWeightDevice, shownDefault: '[]' }),
  'cgroup-parent': string("Parent of the container's cgroup"),
  'cpu-count': int('Number of CPUs (Windows only)'),
  'cpu-percent': int('Percentage of CPU (Windows only)'),
  'device-read-bps': list('Limit reading from a device, in bytes per second', {
    read: parseBytesThrottle,
    shownDefault: '[]',
  }),
  'device-read-iops': list('Limit reading from a device, in operations per second', {
    read: parseOperationsThrottle,
    shownDefault: '[]',
  }),
  'device-write-bps': list('Limit writing to a device, in bytes per second', {
    read: parseBytesThrottle,
    shownDefault: '[]',
  }),
  'device-write-iops': list('Limit writing to a device, in operations per second', {
    read: parseOperationsThrottle,
    shownDefault: '[]',
  }),
  'io-maxbandwidth': bytes('Bandwidth limit of the system drive (Windows only)'),
  'io-maxiops': uint('I/O limit of the system drive (Windows only)'),
  'kernel-memory': bytes('Kernel memory limit'),
  'memory-swappiness': int('How readily its memory is swapped (0 to 100)', { initial: -1 }),
  'oom-kill-disable': bool('Do not kill its processes when it is out of memory'),
  'oom-score-adj': int('Preference of the OOM killer (-1000 to 1000)'),
  'shm-size': bytes('Size of /dev/shm'),
  ulimit: list('Resource limits of its processes', { type: 'ulimit', read: parseUlimit, shownDefault: '[]' }),
});

const securityFlags = () => ({
  'cap-add': list('Add capabilities'),
  'cap-drop': list('Take capabilities away'),
  cgroupns: string('Cgroup namespace to use (host|private)'),
  device: list('Give the container a device of the host'),
  'device-cgroup-rule': list('Allow devices by a cgroup rule', { read: checkDeviceRule }),
  gpus: list("Give the container GPUs ('all' for all of them)", { type: 'gpu-request', read: parseGpus }),
  ipc: string('IPC namespace to use'),
  pid: string('PID namespace to use'),
  privileged: bool('Give the container all rights over the host'),
  'read-only': bool("Mount the container's root file system read-only"),
  'security-opt': list('Security options'),
  'storage-opt': list('Options of the storage driver for this container'),
  sysctl: map('Kernel parameters of the container', { check: checkSysctl }),
  userns: string('User namespace to use'),
  uts: string('UTS namespace to use'),
});

const storageFlags = () => ({
  mount: list('Mount a file system into the container', { type: 'mount', read: parseMount }),
  tmpfs: list('Mount a tmpfs'),
  volume: list('Mount a volume or a directory of the host', { short: 'v' }),
  'volume-driver': string('Driver of the volumes made for this container'),
  'volumes-from': list('Use the volumes of another container'),
});

const networkFlags = () => ({
  'add-host': list('Add a line to /etc/hosts (host:ip)', { read: parseExtraHost }),
  dns: list('Name servers of the container', { read: checkAddress }),
  'dns-option': list('Options of its resolver', { aliases: ['dns-opt'] }),
  'dns-search': list('Domains it searches names in', { read: checkSearchDomain }),
  expose: list('Expose a port or a range of ports'),
  ip: string('IPv4 address (for example 172.30.100.104)'),
  ip6: string('IPv6 address (for example 2001:db8::33)'),
  link: list('Link to another container', { read: checkLink }),
  'link-local-ip': list('Link-local addresses of the container'),
  'mac-address': string('Hardware address (for example 92:d0:c6:0a:29:33)'),
  network: list('Connect the container to a network', { type: 'network', aliases: ['net'], read: parseNetwork }),
  'network-alias': list('Another name of the container in its network', { aliases: ['net-alias'] }),
  publish: list('Publish ports of the container on the host', { short: 'p' }),
  'publish-all': bool('Publish all exposed ports on free ports of the host', { short: 'P' }),
});

/** A fresh set of the flags. */
export const createFlags = () => ({
  ...processFlags(),
  ...identityFlags(),
  ...healthFlags(),
  ...resourceFlags(),
  ...securityFlags(),
  ...storageFlags(),
  ...networkFlags(),
});

export type CreateFlags = FlagValues<ReturnType<typeof createFlags>>;
