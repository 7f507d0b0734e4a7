// The kernel, whole: one object that rooms take the parts they need from (`Pick<Kernel, 'mounts' | 'files'>`).
import type { Cgroups } from './cgroups/cgroups.ts';
import type { Files } from './files/files.ts';
import type { Firewall } from './firewall/firewall.ts';
import type { Host } from './host/host.ts';
import type { Mounts } from './mounts/mounts.ts';
import type { Links } from './network/links.ts';
import type { NetworkNamespaces } from './network/network-namespaces.ts';
import type { Processes } from './processes/processes.ts';
import type { Sockets } from './sockets/sockets.ts';

export interface Kernel {
  readonly mounts: Mounts;
  readonly netns: NetworkNamespaces;
  readonly links: Links;
  readonly firewall: Firewall;
  readonly cgroups: Cgroups;
  readonly processes: Processes;
  readonly files: Files;
  readonly sockets: Sockets;
  readonly host: Host;
  /** Closes what the kernel object itself holds open (netlink sockets); reservations and streams belong to their takers. */
  close(): void;
}
