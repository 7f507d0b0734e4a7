// The networks every daemon has: `bridge`, `host` and `none`.

import { randomBytes } from 'node:crypto';
import { invalid } from '../lib/errors.ts';
import { bridgeOptions } from './drivers/bridge/bridge-settings.ts';
import { formatIpv4, formatSubnet, overlaps, parseCidr, parseIpv4, type Subnet } from './ipam/ipv4.ts';
import type { IpamConfig, Network } from './network.ts';

/** What the daemon's configuration says about the default bridge. */
interface DefaultBridge {
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

/** What the daemon's configuration says about the addresses of the default bridge. */
interface DefaultRange {
  /** Address and prefix of the bridge: `172.17.0.1/16`. */
  bip?: string | undefined;
  /** Containers get their addresses from here; without `bip` it is the whole subnet. */
  fixedCidr?: string | undefined;
  /** Where containers send what is for other machines, instead of the bridge. */
  defaultGateway?: string | undefined;
}

/** As address configuration; undefined when nothing is said. Throws `invalid` naming the setting. */
export function parseDefaultRange({ bip, fixedCidr, defaultGateway }: DefaultRange): IpamConfig | undefined {
  const pool = fixedCidr === undefined ? undefined : parseCidr(fixedCidr)?.subnet;
  if (fixedCidr !== undefined && !pool) {
    throw invalid(`invalid fixed-cidr ${JSON.stringify(fixedCidr)}: expected a range, as in 172.17.8.0/24`);
  }
  const range = bip === undefined ? pool && bridgeIn(pool) : parseBip(bip);
  if (!range) {
    if (defaultGateway !== undefined) throw invalid('default-gateway needs a bip or a fixed-cidr that it lies in');
    return undefined;
  }
  const whole = parseCidr(range.subnet)?.subnet;
  if (pool && whole && (pool.prefix < whole.prefix || !overlaps(pool, whole))) {
    throw invalid(`invalid fixed-cidr ${fixedCidr}: not part of the bridge's subnet ${range.subnet}`);
  }
  const router = defaultGateway === undefined ? undefined : parseIpv4(defaultGateway);
  if (
    defaultGateway !== undefined &&
    (router === undefined || (whole && !overlaps({ base: router, prefix: 32 }, whole)))
  ) {
    throw invalid(`invalid default-gateway ${defaultGateway}: not in the bridge's subnet ${range.subnet}`);
  }
  return { ...range, ...(fixedCidr && { ipRange: fixedCidr }), ...(defaultGateway && { defaultGateway }) };
}

const bridgeIn = (pool: Subnet): IpamConfig => ({ subnet: formatSubnet(pool), gateway: formatIpv4(pool.base + 1) });

function parseBip(bip: string): IpamConfig {
  const parsed = parseCidr(bip);
  if (!parsed || parsed.subnet.prefix > 30 || parsed.address === parsed.subnet.base) {
    throw invalid(`invalid bip ${JSON.stringify(bip)}: expected the bridge's address and prefix, as in 172.17.0.1/16`);
  }
  return { subnet: formatSubnet(parsed.subnet), gateway: formatIpv4(parsed.address) };
}
