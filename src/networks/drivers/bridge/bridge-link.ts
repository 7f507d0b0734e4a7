// The bridge interface itself on the host, and the kernel settings it needs.

import type { Kernel, Links } from '../../../kernel/index.ts';
import { conflict } from '../../../lib/errors.ts';
import { formatIpv4, macOf } from '../../ipam/ipv4.ts';
import type { AddressRange } from './settle-range.ts';

/** The group of links (`ip link show group 1651668072`) that tells our bridges from others: "brth". */
const ownGroup = 0x62727468;

/** Whether there is a bridge of that name that Berth did not make: it is used as it is, and stays. */
export function isForeignBridge(links: Links, link: string): boolean {
  return isForeign(links.find(link));
}

const isForeign = (existing: ReturnType<Links['find']>) => existing !== undefined && existing.group !== ownGroup;

/** Removes the bridge if Berth made it; one that is gone is fine. */
export function removeBridgeLink(links: Links, link: string): void {
  if (!isForeignBridge(links, link)) links.remove(link);
}

/**
 * Makes the bridge or brings one of ours to what it should be: the gateway's address and no other IPv4 address, a MAC
 * that does not change when ports come and go, up. From a bridge that somebody else made nothing is taken; what it
 * lacks of the above is added. Throws `conflict` when a link of that name is no bridge.
 */
export function ensureBridgeLink(
  kernel: Pick<Kernel, 'links' | 'host'>,
  o: { link: string; range: AddressRange; mtu: number | undefined },
): void {
  const { links, host } = kernel;
  const existing = links.find(o.link);
  if (existing?.kind !== undefined && existing.kind !== 'bridge') {
    throw conflict(`cannot create network bridge (${o.link}): a link of that name exists and is a ${existing.kind}`);
  }
  const mtu = o.mtu === undefined ? {} : { mtu: o.mtu };
  if (!existing) links.addBridge(o.link, { mac: macOf(o.range.gateway), ...mtu, group: ownGroup });
  const gateway = formatIpv4(o.range.gateway);
  const { prefix } = o.range.subnet;
  let present = false;
  for (const { address, prefix: bits } of links.addresses(o.link)) {
    if (address === gateway && bits === prefix) present = true;
    else if (!isForeign(existing) && !address.includes(':')) links.removeAddress(o.link, address, bits);
  }
  if (!present) links.addAddress(o.link, gateway, prefix);
  if (!existing?.up) links.setUp(o.link);
  // Lets the host call published ports through 127.0.0.1; the firewall keeps containers from using it (ruleset.ts).
  host.setSysctl(`net.ipv4.conf.${o.link}.route_localnet`, '1');
}
