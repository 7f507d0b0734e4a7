// Which addresses a bridge gets: its own if nobody else on this machine has them, else the next of Docker's pools.

import type { Links } from '../../../kernel/index.ts';
import { conflict, errorCode } from '../../../lib/errors.ts';
import { choosePool } from '../../ipam/default-pools.ts';
import { formatIpv4, overlaps, parseCidr, parseIpv4, type Subnet, subnetOf } from '../../ipam/ipv4.ts';

export interface AddressRange {
  subnet: Subnet;
  gateway: number;
  /** Part of the subnet that containers get addresses from. */
  pool?: Subnet;
  /** The default route of containers, when that is not the bridge. */
  router?: number;
}

interface LinkAddress {
  link: string;
  /** With its prefix, as in `172.17.0.1/16`. */
  text: string;
  address: number;
  subnet: Subnet;
}

/**
 * Settles the range of the bridge `link`. One that the link has already stays (containers may be on it). With
 * `movable`, a range that overlaps another link's address or a route gives way to the first free default pool;
 * otherwise it is `conflict`, naming both. A `foreign` bridge, one that Berth did not make, has its range from its first
 * address, or from that whose subnet has the part containers are to get addresses from.
 */
export function settleRange(
  links: Links,
  o: { link: string; wanted: AddressRange | undefined; movable: boolean; foreign: boolean },
): AddressRange {
  const { link, wanted, movable } = o;
  const others = links.list().filter(other => other.name !== link);
  if (wanted && hasAddress(links, link, wanted)) return wanted;
  const given = o.foreign ? rangeOfForeign(links, { link, wanted, movable }) : undefined;
  if (given) return given;
  const addresses = others.flatMap(other => addressesOf(links, other.name));
  const rival = wanted && addresses.find(({ subnet }) => overlaps(subnet, wanted.subnet));
  if (wanted && !rival && !movable) return wanted;
  if (wanted && rival && !movable) {
    throw conflict(
      `cannot create network bridge (${link}): ${formatIpv4(wanted.gateway)}/${wanted.subnet.prefix} ` +
        `overlaps ${rival.text} of link ${rival.link}`,
    );
  }
  const taken = [...addresses.map(({ subnet }) => subnet), ...routedElsewhere(links, link)];
  if (wanted && !taken.some(subnet => overlaps(subnet, wanted.subnet))) return wanted;
  const subnet = choosePool(taken);
  return { subnet, gateway: subnet.base + 1 };
}

function hasAddress(links: Links, link: string, wanted: AddressRange): boolean {
  const text = `${formatIpv4(wanted.gateway)}/${wanted.subnet.prefix}`;
  return links.find(link) !== undefined && addressesOf(links, link).some(address => address.text === text);
}

function rangeOfForeign(
  links: Links,
  { link, wanted, movable }: { link: string; wanted: AddressRange | undefined; movable: boolean },
): AddressRange | undefined {
  const own = addressesOf(links, link).filter(({ subnet }) => subnet.prefix <= 30);
  const part = wanted?.pool;
  const fits = (subnet: Subnet) => (part ? part.prefix >= subnet.prefix && overlaps(part, subnet) : movable);
  const found = own.find(({ subnet }) => fits(subnet));
  if (!found) return undefined;
  const { pool, router } = wanted ?? {};
  return {
    ...{ subnet: found.subnet, gateway: found.address },
    ...(pool && { pool }),
    ...(router !== undefined && { router }),
  };
}

function addressesOf(links: Links, link: string): LinkAddress[] {
  return addressesIfThere(links, link).flatMap(({ address, prefix }) => {
    const value = parseIpv4(address);
    const text = `${address}/${prefix}`;
    return value === undefined ? [] : [{ link, text, address: value, subnet: subnetOf(value, prefix) }];
  });
}

/** None on a link that is gone: others make and remove theirs while we look. */
function addressesIfThere(links: Links, link: string): { address: string; prefix: number }[] {
  try {
    return links.addresses(link);
  } catch (error) {
    if (errorCode(error) === 'ENODEV') return [];
    throw error;
  }
}

function routedElsewhere(links: Links, link: string): Subnet[] {
  return links.routes().flatMap(({ destination, device }) => {
    const subnet = destination === undefined || device === link ? undefined : parseCidr(destination)?.subnet;
    // Halves of the default route (0.0.0.0/1, as VPNs set them) take no addresses.
    return subnet && subnet.prefix > 1 ? [subnet] : [];
  });
}
