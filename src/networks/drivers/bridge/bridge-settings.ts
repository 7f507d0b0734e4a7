// What a bridge network is, read from its record: Docker's option keys and the address range.

import { createHash } from 'node:crypto';
import { invalid } from '../../../lib/errors.ts';
import { formatIpv4, formatSubnet, parseCidr, parseIpv4 } from '../../ipam/ipv4.ts';
import type { Network } from '../../network.ts';
import type { AddressRange } from './settle-range.ts';

/** Docker's keys of `Options`. */
export const bridgeOptions = {
  default: 'com.docker.network.bridge.default_bridge',
  icc: 'com.docker.network.bridge.enable_icc',
  masquerade: 'com.docker.network.bridge.enable_ip_masquerade',
  hostAddress: 'com.docker.network.bridge.host_binding_ipv4',
  name: 'com.docker.network.bridge.name',
  mtu: 'com.docker.network.driver.mtu',
} as const;

/** A bridge network as the driver works with it. `range` is missing until one was settled. */
export interface BridgeSettings {
  /** Name of the bridge link. */
  link: string;
  /** Distinguishes the network's firewall chains. */
  key: string;
  icc: boolean;
  masquerade: boolean;
  mtu: number | undefined;
  range: AddressRange | undefined;
}

/** Reads the record; throws `invalid` naming the option that makes no sense. */
export function readBridgeSettings(network: Network): BridgeSettings {
  const { options } = network;
  const link = options[bridgeOptions.name] ?? `br-${network.id.slice(0, 12)}`;
  if (!/^[a-zA-Z0-9][\w-]{0,14}$/.test(link)) throw invalid(`invalid bridge name: ${JSON.stringify(link)}`);
  const mtu = options[bridgeOptions.mtu];
  if (mtu !== undefined && !/^\d{2,5}$/.test(mtu)) throw invalid(`invalid value for ${bridgeOptions.mtu}: ${mtu}`);
  return {
    link,
    key: createHash('sha256').update(network.id).digest('hex').slice(0, 12),
    icc: options[bridgeOptions.icc] !== 'false',
    masquerade: options[bridgeOptions.masquerade] !== 'false',
    mtu: mtu === undefined || mtu === '0' ? undefined : Number(mtu),
    range: readRange(network),
  };
}

/** The record with the range that was settled. */
export function withRange(network: Network, range: AddressRange): Network {
  const { subnet, gateway, pool, router } = range;
  const config = [
    {
      ...{ subnet: formatSubnet(subnet), gateway: formatIpv4(gateway) },
      ...(pool && { ipRange: formatSubnet(pool) }),
      ...(router !== undefined && { defaultGateway: formatIpv4(router) }),
    },
  ];
  return { ...network, ipam: { ...network.ipam, config } };
}

function readRange(network: Network): AddressRange | undefined {
  const config = network.ipam.config[0];
  if (!config) return undefined;
  const subnet = parseCidr(config.subnet)?.subnet;
  const gateway = config.gateway === undefined ? (subnet?.base ?? 0) + 1 : parseIpv4(config.gateway);
  if (!subnet || gateway === undefined) throw invalid(`invalid subnet ${config.subnet}`);
  const pool = config.ipRange === undefined ? undefined : parseCidr(config.ipRange)?.subnet;
  const router = config.defaultGateway === undefined ? undefined : parseIpv4(config.defaultGateway);
  return { subnet, gateway, ...(pool && { pool }), ...(router !== undefined && { router }) };
}
