// The mounts of a container: Docker's own file systems first, then what was asked for.

import type { OciMount } from '../../oci/runtime-spec.ts';
import { defaultShmSize } from './defaults.ts';
import type { MountSpec, SpecHost, SpecInput } from './input.ts';
import { kernelAtLeast } from './kernel-version.ts';

/** Where the init program appears inside. */
export const initDestination = '/sbin/docker-init';

/** In the order to be mounted. A default gives way to a mount asked for at the same place, or over all of /dev. */
export function buildMounts(input: SpecInput, host: SpecHost): OciMount[] {
  const taken = new Set(input.mounts.map(mount => mount.destination));
  const defaults = defaultMounts(input).filter(
    ({ destination }) => !taken.has(destination) && !(taken.has('/dev') && destination.startsWith('/dev/')),
  );
  return [...defaults, ...input.mounts.map(mount => ociMount(mount, host)), ...initMount(input)];
}

function defaultMounts(input: SpecInput): OciMount[] {
  const free = input.privileged === true && !input.readonlyRootfs;
  const readonly = free ? [] : ['ro'];
  const writable = input.writableCgroups ?? free;
  const quiet = ['nosuid', 'noexec', 'nodev'];
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: quiet },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...quiet, ...readonly] },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: [...(writable ? [] : ['ro']), ...quiet],
    },
    ...mqueueMount(input, quiet),
    ...shmMount(input, quiet),
  ];
}

/** The host's queues are not for a user namespace: the kernel lets none mount them. */
function mqueueMount({ namespaces }: SpecInput, options: string[]): OciMount[] {
  if (namespaces.user && namespaces.ipc === 'host') return [];
  return [{ destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options }];
}

/** Another container's /dev/shm (ipc is a path) comes among the mounts asked for. */
function shmMount(input: SpecInput, options: string[]): OciMount[] {
  const destination = '/dev/shm';
  switch (input.namespaces.ipc) {
    case 'new': {
      if (input.shmSize === 0) return [];
      const size = `size=${input.shmSize ?? defaultShmSize}`;
      return [{ destination, type: 'tmpfs', source: 'shm', options: [...options, 'mode=1777', size] }];
    }
    case 'host':
      return [{ destination, type: 'bind', source: '/dev/shm', options: ['rbind', 'rprivate'] }];
    default:
      return [];
  }
}

function ociMount(mount: MountSpec, host: SpecHost): OciMount {
  const { destination } = mount;
  const readonly = mount.readonly ? [readonlyOption(mount, host)] : [];
  if (mount.kind === 'tmpfs') {
    return {
      destination,
      type: 'tmpfs',
      source: 'tmpfs',
      options: tmpfsOptions([...readonly, ...(mount.options ?? [])]),
    };
  }
  const { propagation = 'rprivate' } = mount;
  // crun takes what lies below along when the propagation is for all of it.
  const [kind, spread] = mount.nonRecursive ? ['bind', propagation.replace(/^r/, '')] : ['rbind', propagation];
  const options = [kind, spread, ...readonly];
  return { destination, type: 'bind', source: mount.source, options: [...options, ...(mount.options ?? [])] };
}

/** Read-only all the way down, where the kernel can (mount_setattr), as Docker has it. */
function readonlyOption(mount: MountSpec, host: SpecHost): 'ro' | 'rro' {
  if (mount.kind === 'tmpfs' || mount.nonRecursive || mount.readonlyNonRecursive) return 'ro';
  return kernelAtLeast(host.kernelVersion, '5.12') ? 'rro' : 'ro';
}

/** Docker's defaults, each unless its contrary (`exec` for `noexec`) is among the options. */
function tmpfsOptions(asked: string[]): string[] {
  const defaults = ['noexec', 'nosuid', 'nodev'].filter(
    name => !asked.includes(name) && !asked.includes(name.slice(2)),
  );
  return [...defaults, ...asked];
}

function initMount(input: SpecInput): OciMount[] {
  if (!input.init) return [];
  return [{ destination: initDestination, type: 'bind', source: input.init, options: ['bind', 'ro'] }];
}
