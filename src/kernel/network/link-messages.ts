// The rtnetlink structures for links, addresses and routes (rtnetlink(7)), between bytes and values.
import { attributeText, findAttribute, readAttributes } from '../netlink/attributes.ts';
import { formatAddress, formatMac } from './address.ts';
import type { LinkInfo, LinkStatistics } from './links.ts';

export const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  GETROUTE: 26,
} as const;

export const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  MASTER: 10,
  PROTINFO: 12,
  LINKINFO: 18,
  STATS64: 23,
  GROUP: 27,
  NET_NS_FD: 28,
} as const;
export const IFLA_INFO = { KIND: 1, DATA: 2 } as const;
export const VETH_INFO_PEER = 1;
export const IFLA_BRPORT = { MODE: 4, ISOLATED: 33 } as const;
export const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4 } as const;
export const RTA = { DST: 1, OIF: 4, GATEWAY: 5, TABLE: 15 } as const;

export const AF_BRIDGE = 7;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const IFF_UP = 1;

const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;
const linkHeader = 16;
const addressHeader = 8;
const routeHeader = 12;

/** struct ifinfomsg. */
export function linkMessage(o: { index?: number; flags?: number; change?: number; family?: number } = {}): Buffer {
  const out = Buffer.alloc(linkHeader);
  out[0] = o.family ?? 0;
  out.writeInt32LE(o.index ?? 0, 4);
  out.writeUInt32LE(o.flags ?? 0, 8);
  out.writeUInt32LE(o.change ?? 0, 12);
  return out;
}

/** `body`: a message RTM_NEWLINK without its netlink header. */
export function readLink(body: Buffer): LinkInfo {
  const flags = body.readUInt32LE(8);
  const link: LinkInfo = {
    index: body.readInt32LE(4),
    name: '',
    flags,
    up: (flags & IFF_UP) !== 0,
    mtu: 0,
    mac: '',
    group: 0,
    statistics: readStatistics(Buffer.alloc(64)),
  };
  for (const { type, value } of readAttributes(body.subarray(linkHeader))) {
    if (type === IFLA.IFNAME) link.name = attributeText(value);
    else if (type === IFLA.MTU) link.mtu = value.readUInt32LE();
    else if (type === IFLA.ADDRESS) link.mac = formatMac(value);
    else if (type === IFLA.MASTER) link.master = value.readUInt32LE();
    else if (type === IFLA.GROUP) link.group = value.readUInt32LE();
    else if (type === IFLA.STATS64) link.statistics = readStatistics(value);
    else if (type === IFLA.LINKINFO) {
      const kind = findAttribute(value, IFLA_INFO.KIND);
      if (kind) link.kind = attributeText(kind);
    }
  }
  return link;
}

/** struct ifaddrmsg. */
export function addressMessage(o: { family: number; prefix: number; index: number; flags?: number }): Buffer {
  const out = Buffer.alloc(addressHeader);
  out[0] = o.family;
  out[1] = o.prefix;
  out[2] = o.flags ?? 0;
  out.writeUInt32LE(o.index, 4);
  return out;
}

/** undefined for an answer without an address. */
export function readAddress(body: Buffer): { index: number; address: string; prefix: number } | undefined {
  const attributes = body.subarray(addressHeader);
  const address = findAttribute(attributes, IFA.LOCAL) ?? findAttribute(attributes, IFA.ADDRESS);
  return address && { index: body.readUInt32LE(4), address: formatAddress(address), prefix: body[1]! };
}

/** struct rtmsg of a unicast route in the main table. */
export function routeMessage(o: { family: number; prefix: number; direct: boolean }): Buffer {
  const scope = o.direct && o.family === AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  return Buffer.from([o.family, o.prefix, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, scope, RTN_UNICAST, 0, 0, 0, 0]);
}

/** undefined for a route of another table or kind. */
export function readRoute(body: Buffer): { destination?: string; gateway?: string; index?: number } | undefined {
  if (body[4] !== RT_TABLE_MAIN || body[7] !== RTN_UNICAST) return undefined;
  const attributes = body.subarray(routeHeader);
  const destination = findAttribute(attributes, RTA.DST);
  const gateway = findAttribute(attributes, RTA.GATEWAY);
  const index = findAttribute(attributes, RTA.OIF);
  return {
    ...(destination && { destination: `${formatAddress(destination)}/${body[1]}` }),
    ...(gateway && { gateway: formatAddress(gateway) }),
    ...(index && { index: index.readUInt32LE() }),
  };
}

/** The head of struct rtnl_link_stats64. */
function readStatistics(value: Buffer): LinkStatistics {
  const counter = (index: number) => Number(value.readBigUInt64LE(index * 8));
  return {
    rxPackets: counter(0),
    txPackets: counter(1),
    rxBytes: counter(2),
    txBytes: counter(3),
    rxErrors: counter(4),
    txErrors: counter(5),
    rxDropped: counter(6),
    txDropped: counter(7),
  };
}
