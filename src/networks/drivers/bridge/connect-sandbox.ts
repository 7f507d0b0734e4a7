// The cable between a sandbox and a bridge.

import type { Kernel } from '../../../kernel/index.ts';

/** One end on the host, one in the sandbox. Addresses in text form. */
export interface Cable {
  bridge: string;
  hostLink: string;
  sandbox: string;
  containerLink: string;
  mac: string;
  address: string;
  prefix: number;
  gateway: string;
  mtu: number | undefined;
  /** The container may call its own published port: a bridge that filters (br_netfilter) sends that back where it came from. */
  hairpin: boolean;
  /** The container must not talk to its neighbours. */
  isolated: boolean;
}

/** Lays the cable; removes it again on failure. */
export function connectSandbox(kernel: Pick<Kernel, 'links' | 'netns' | 'host'>, cable: Cable): void {
  const { links, netns, host } = kernel;
  const { hostLink, containerLink } = cable;
  const peer = { name: containerLink, netns: cable.sandbox, mac: cable.mac };
  links.addVeth(hostLink, peer, cable.mtu === undefined ? {} : { mtu: cable.mtu });
  try {
    links.setMaster(hostLink, cable.bridge);
    if (cable.hairpin) links.setHairpin(hostLink, true);
    if (cable.isolated) links.setIsolated(hostLink, true);
    links.setUp(hostLink);
    netns.run(cable.sandbox, () => {
      // Without IPv6 on the network there is none on the interface either, not even a link-local address.
      const key = `net.ipv6.conf.${containerLink}.disable_ipv6`;
      if (host.sysctl(key) === '0') host.setSysctl(key, '1');
      links.addAddress(containerLink, cable.address, cable.prefix);
      links.setUp(containerLink);
      links.addRoute({ gateway: cable.gateway });
    });
  } catch (error) {
    links.remove(hostLink);
    throw error;
  }
}
