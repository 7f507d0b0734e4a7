// The cable between a sandbox and a bridge.

import type { Host, Kernel } from '../../../kernel/index.ts';
import { errorCode } from '../../../lib/errors.ts';

/** One end on the host, one in the sandbox. Addresses in text form. */
interface Cable {
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
      disableIpv6(host, containerLink);
      links.addAddress(containerLink, cable.address, cable.prefix);
      links.setUp(containerLink);
      links.addRoute({ gateway: cable.gateway });
    });
  } catch (error) {
    links.remove(hostLink);
    throw error;
  }
}

/** Without IPv6 on the network there is none on the interface either, not even a link-local address. */
function disableIpv6(host: Pick<Host, 'setSysctl'>, link: string): void {
  try {
    host.setSysctl(`net.ipv6.conf.${link}.disable_ipv6`, '1');
  } catch (error) {
    // A kernel without IPv6 has no such key.
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
