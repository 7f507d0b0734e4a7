// The networks every daemon has: `bridge`, `host` and `none`.

import { randomBytes } from 'node:crypto';
import { invalid } from '../lib/errors.ts';
import { bridgeOptions } from './drivers/bridge/bridge-settings.ts';
import { formatIpv4, formatSubnet, parseCidr } from './ipam/ipv4.ts';
import type { IpamConfig, Network } from './network.ts';

/** What the daemon's configuration says about the default bridge. */
export interface DefaultBridge {
  bridge: string;
  bip?: string;
  icc: boolean;
  ipMasq: boolean;
  mtu: number;
  hostAddress: string;
}

/** A new record of a predefined network, with an id of its own. */
export function newNetwork(name: string, driver: string): Network {
  return {
    id: randomBytes(32).toString('hex'),
    name,
    driver,
    scope: 'local',
    created: new Date().toISOString(),
    enableIpv4: true,
    enableIpv6: false,
    internal: false,
    attachable: false,
    ingress: false,
    ipam: { driver: 'default', options: {}, config: [] },
    options: {},
    labels: {},
  };
}

/** Docker's option keys of the default bridge. */
export function defaultBridgeOptions(o: DefaultBridge): Record<string, string> {
  return {
    [bridgeOptions.default]: 'true',
    [bridgeOptions.icc]: String(o.icc),
    [bridgeOptions.masquerade]: String(o.ipMasq),
    [bridgeOptions.hostAddress]: o.hostAddress,
    [bridgeOptions.name]: o.bridge,
    [bridgeOptions.mtu]: String(o.mtu),
  };
}

/** `172.17.0.1/16` as address configuration. Throws `invalid` naming the setting. */
export function parseBip(bip: string): IpamConfig {
  const parsed = parseCidr(bip);
  if (!parsed || parsed.subnet.prefix > 30 || parsed.address === parsed.subnet.base) {
    throw invalid(`invalid bip ${JSON.stringify(bip)}: expected the bridge's address and prefix, as in 172.17.0.1/16`);
  }
  return { subnet: formatSubnet(parsed.subnet), gateway: formatIpv4(parsed.address) };
}
