// Builds the kernel.
import { LinuxCgroups } from './cgroups/linux-cgroups.ts';
import { LinuxFiles } from './files/linux-files.ts';
import { LinuxFirewall } from './firewall/linux-firewall.ts';
import { LinuxHost } from './host/linux-host.ts';
import type { Kernel } from './kernel.ts';
import { openLibc } from './libc/libc.ts';
import { LinuxMounts } from './mounts/linux-mounts.ts';
import { LinuxLinks } from './network/linux-links.ts';
import { LinuxNetworkNamespaces } from './network/linux-network-namespaces.ts';
import { NetworkScope } from './network/network-scope.ts';
import { LinuxProcesses } from './processes/linux-processes.ts';
import { LinuxSockets } from './sockets/linux-sockets.ts';

/** The kernel of this machine; one per thread. Most of what it does needs root. The caller closes it. */
export function createKernel(): Kernel {
  const libc = openLibc();
  const scope = new NetworkScope(libc);
  const mounts = new LinuxMounts(libc);
  const links = new LinuxLinks(scope);
  return {
    mounts,
    netns: new LinuxNetworkNamespaces({ scope, links, mounts }),
    links,
    firewall: new LinuxFirewall(scope),
    cgroups: new LinuxCgroups(),
    processes: new LinuxProcesses(libc),
    files: new LinuxFiles(libc),
    sockets: new LinuxSockets(libc, scope),
    host: new LinuxHost({}, { libc, scope }),
    close: () => scope[Symbol.dispose](),
  };
}
