// The room's one object: networks by name and id, the endpoints on them, and the sandboxes they live in.

import type { Kernel } from '../kernel/index.ts';
import type { Logger } from '../lib/logger.ts';
import type { Store } from '../store/index.ts';
import type { AttachRequest, Endpoint, Network } from './network.ts';

/** How the predefined networks are set up. */
export interface NetworksOptions {
  execRoot: string;
  /** Name of the bridge link of the default network (`berth0`). */
  bridge: string;
  /** Gateway address and prefix of the default network (`172.17.0.1/16`); left out, the first free of Docker's pools. */
  bip?: string;
  /** Name of the nftables table; two daemons must not share one. */
  table: string;
  /** Containers of the default network may talk to each other (default true). */
  icc?: boolean;
  /** Turn `net.ipv4.ip_forward` on where it is off (default true). */
  ipForward?: boolean;
  /** Masquerade what leaves the subnet (default true). */
  ipMasq?: boolean;
  mtu?: number;
  /** Address that ports are published on when none is named (default `0.0.0.0`). */
  userlandIp?: string;
}

export interface NetworksDeps {
  kernel: Kernel;
  store: Store;
  logger: Logger;
}

/** Input of `resolvConf`: what the user asked for; empty lists mean "as the host has it". */
export interface ResolvConfInput {
  dns: string[];
  search: string[];
  options: string[];
}

/** Input of `hostsFile`. `extraHosts` are `name:ip` or `name=ip`; the ip may be `host-gateway`. */
export interface HostsFileInput {
  hostname: string;
  domainname?: string;
  address?: string;
  extraHosts: string[];
}

/** All networks of one daemon. */
export class Networks {
  constructor(_options: NetworksOptions, _deps: NetworksDeps) {}
  async start(): Promise<void> {}
  list(): Network[] {
    return [];
  }
  find(_nameOrId: string): Network | undefined {
    return undefined;
  }
  get(_nameOrId: string): Network {
    throw new Error('in progress');
  }
  createSandbox(_containerId: string): string {
    throw new Error('in progress');
  }
  removeSandbox(_containerId: string): void {}
  sandboxPath(_containerId: string): string {
    throw new Error('in progress');
  }
  attach(_request: AttachRequest): Endpoint {
    throw new Error('in progress');
  }
  detach(_containerId: string): void {}
  endpoint(_containerId: string): Endpoint | undefined {
    return undefined;
  }
  endpoints(_networkId?: string): Endpoint[] {
    return [];
  }
  async restore(_o: { running: Set<string> }): Promise<void> {}
  async stop(): Promise<void> {}
  async purge(): Promise<void> {}
  resolvConf(_o: ResolvConfInput): string {
    throw new Error('in progress');
  }
  hostsFile(_o: HostsFileInput): string {
    throw new Error('in progress');
  }
}
