// What the engine asks of the machine, answered by the kernel room.

import { readdirSync, realpathSync, statfsSync } from 'node:fs';
import type { HostPort } from '../../engine/index.ts';
import type { Kernel, MountEntry } from '../../kernel/index.ts';
import { isInside } from '../../lib/files/is-inside.ts';
import { describeHost, resolveUser } from '../../runtime/index.ts';
import { mountBeneath } from './mount-beneath.ts';
import { runPs } from './run-ps.ts';

/** f_type of statfs(2), by Docker's names. */
const fileSystems: Record<number, string> = {
  61267: 'extfs',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  16914836: 'tmpfs',
  2035054128: 'overlayfs',
  801189825: 'zfs',
  4076150800: 'f2fs',
};

/** What cannot change is read now, the rest when it is asked for. */
export function createHostPort(kernel: Kernel): HostPort {
  const { host, cgroups, files, mounts } = kernel;
  const spec = describeHost(kernel);
  const capabilities = host.capabilities();
  return {
    spec,
    memoryTotal: () => host.memoryTotal(),
    cpus: () => host.cpus(),
    memoryNodes: () => host.memoryNodes(),
    cpuTime: () => host.cpuTime(),
    kernelVersion: () => host.kernelVersion(),
    operatingSystem: () => host.operatingSystem(),
    operatingSystemVersion: () => host.operatingSystemVersion(),
    machine: () => host.machine(),
    cgroupMode: () => cgroups.mode(),
    cgroupControllers: () => cgroups.controllers(),
    capabilities: () => capabilities,
    sysctl: name => host.sysctl(name),
    openFiles: () => readdirSync('/dev/fd').length,
    fileSystem: path => fileSystems[statfsSync(path).type] ?? 'unknown',
    blkioWeight: () => cgroups.blkioWeight(),
    anticipateStart: () => void cgroups.anticipateMove(),
    mountAt: path => mountAt(mounts.list(), realpathSync(path)),
    apparmor: () => host.apparmor(),
    swapAccounting: () => cgroups.swapAccounting(),
    ps: runPs,
    diskUsage: path => files.diskUsage(path),
    resolveInRoot: (root, path) => files.openInRoot(root, path),
    mountBeneath: (root, path, place) => mountBeneath(kernel, { root, path, place }),
    mountSharedMemory: (path, { size, owner }) =>
      mounts.tmpfs(path, { size, mode: 0o1777, options: `noexec${owner ? `,uid=${owner.uid},gid=${owner.gid}` : ''}` }),
    unmount(path) {
      while (mounts.unmount(path, { lazy: true }));
    },
    resolveUser: (rootfs, user, groupAdd) => resolveUser(rootfs, user, groupAdd, kernel),
  };
}

/** The last one mounted, of those with the longest path. */
function mountAt(entries: readonly MountEntry[], path: string): MountEntry {
  const above = entries.filter(({ target }) => isInside(path, target));
  return above.reduce((best, entry) => (entry.target.length >= best.target.length ? entry : best));
}
