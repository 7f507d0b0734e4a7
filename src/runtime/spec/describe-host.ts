// What buildSpec must know of the machine, asked of the kernel once.

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernel } from '../../kernel/index.ts';
import { splitDevice } from '../../lib/device-number.ts';
import type { OciDevice } from '../../oci/runtime-spec.ts';
import type { SpecHost } from './input.ts';

const rlimits = 'AS CORE CPU DATA FSIZE LOCKS MEMLOCK MSGQUEUE NICE NOFILE NPROC RSS RTPRIO RTTIME SIGPENDING STACK'
  .split(' ')
  .map(name => `RLIMIT_${name}`);

const architectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  i686: '386',
  loongarch64: 'loong64',
};

/** Read once at start: nothing in it changes while the daemon runs (host devices are listed anew each time). */
export function describeHost(kernel: Pick<Kernel, 'host' | 'cgroups'>): SpecHost {
  const { host } = kernel;
  const machine = host.machine();
  const effective = host.capabilities();
  return {
    cgroupVersion: kernel.cgroups.version(),
    kernelVersion: host.kernelVersion(),
    architecture: architectures[machine] ?? machine,
    seccomp: host.seccomp(),
    capabilities: effective,
    rlimitCeilings: effective.includes('CAP_SYS_RESOURCE') ? {} : hardLimits(host),
    hostDevices: () => listDevices('/dev'),
  };
}

function hardLimits(host: Kernel['host']): Record<string, number> {
  const limits = rlimits.map(name => [name, host.hardLimit(name)] as const);
  return Object.fromEntries(limits.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** Those Docker leaves out: terminals and shared memory of the container's own, and log sockets. */
const skipped = new Set(['pts', 'shm', 'fd', 'mqueue', '.lxc', '.lxd-mounts', '.udev', 'console']);

function listDevices(directory: string): OciDevice[] {
  const found: OciDevice[] = [];
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (skipped.has(name)) continue;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) continue;
    if (stat.isDirectory()) found.push(...listDevices(path));
    if (!stat.isCharacterDevice() && !stat.isBlockDevice()) continue;
    const { major, minor } = splitDevice(stat.rdev);
    const type = stat.isCharacterDevice() ? 'c' : 'b';
    found.push({ path, type, major, minor, fileMode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid });
  }
  return found;
}
