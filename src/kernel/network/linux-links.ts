// Links, addresses and routes by rtnetlink.
import { closeSync } from 'node:fs';
import { SystemCallError } from '../libc/system-call-error.ts';
import { attribute, nested, uint32 } from '../netlink/attributes.ts';
import { type NetlinkSocket, NLM_F } from '../netlink/netlink-socket.ts';
import { parseAddress, parseCidr, parseMac } from './address.ts';
import {
  AF_BRIDGE,
  AF_INET,
  AF_INET6,
  addressMessage,
  IFA,
  IFF_UP,
  IFLA,
  IFLA_BRPORT,
  IFLA_INFO,
  linkMessage,
  RTA,
  RTM,
  readAddress,
  readLink,
  readRoute,
  routeMessage,
  VETH_INFO_PEER,
} from './link-messages.ts';
import type { LinkInfo, Links, RouteInfo } from './links.ts';
import { type NetworkScope, openNamespace } from './network-scope.ts';

const NETLINK_ROUTE = 0;
const newLink = NLM_F.CREATE | NLM_F.EXCL;
/** IPv6: usable at once, without asking the neighbours whether it is theirs. */
const IFA_F_NODAD = 2;

export class LinuxLinks implements Links {
  readonly #scope: NetworkScope;

  constructor(scope: NetworkScope) {
    this.#scope = scope;
  }

  list(): LinkInfo[] {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    return socket.dump('list links', RTM.GETLINK, linkMessage()).map(answer => readLink(answer.body));
  }

  find(name: string): LinkInfo | undefined {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    return absentIf(['ENODEV'], () => this.#get(socket, name));
  }

  addBridge(name: string, o: { mac?: string; mtu?: number; group?: number } = {}): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const info = nested(IFLA.LINKINFO, attribute(IFLA_INFO.KIND, 'bridge'));
    socket.request('add bridge', RTM.NEWLINK, newLink, Buffer.concat([describe({ ...o, name }), info]), name);
  }

  addVeth(
    name: string,
    peer: { name: string; netns: string; mac?: string },
    o: { mtu?: number; mac?: string } = {},
  ): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const netns = openNamespace(peer.netns);
    try {
      const far = Buffer.concat([describe({ ...peer, mtu: o.mtu }), attribute(IFLA.NET_NS_FD, uint32(netns))]);
      const data = nested(IFLA_INFO.DATA, nested(VETH_INFO_PEER, far));
      const info = nested(IFLA.LINKINFO, attribute(IFLA_INFO.KIND, 'veth'), data);
      socket.request('add veth', RTM.NEWLINK, newLink, Buffer.concat([describe({ ...o, name }), info]), name);
    } finally {
      closeSync(netns);
    }
  }

  remove(name: string): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const body = Buffer.concat([linkMessage(), attribute(IFLA.IFNAME, name)]);
    absentIf(['ENODEV'], () => socket.request('remove link', RTM.DELLINK, 0, body, name));
  }

  setUp(name: string): void {
    this.#change('set link up', name, linkMessage({ flags: IFF_UP, change: IFF_UP }));
  }

  setMaster(name: string, bridge: string): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const master = attribute(IFLA.MASTER, uint32(this.#get(socket, bridge).index));
    const body = Buffer.concat([linkMessage(), attribute(IFLA.IFNAME, name), master]);
    socket.request('set link master', RTM.NEWLINK, 0, body, name);
  }

  setHairpin(name: string, on: boolean): void {
    this.#setPort(name, IFLA_BRPORT.MODE, on);
  }

  setIsolated(name: string, on: boolean): void {
    this.#setPort(name, IFLA_BRPORT.ISOLATED, on);
  }

  rename(name: string, newName: string): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const link = linkMessage({ index: this.#get(socket, name).index });
    socket.request('rename link', RTM.NEWLINK, 0, Buffer.concat([link, attribute(IFLA.IFNAME, newName)]), name);
  }

  addresses(name: string): { address: string; prefix: number }[] {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const { index } = this.#get(socket, name);
    const body = addressMessage({ family: 0, prefix: 0, index: 0 });
    return socket.dump('list addresses', RTM.GETADDR, body, name).flatMap(answer => {
      const found = readAddress(answer.body);
      return found?.index === index ? [{ address: found.address, prefix: found.prefix }] : [];
    });
  }

  addAddress(name: string, address: string, prefix: number): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const body = addressBody({ index: this.#get(socket, name).index, address, prefix });
    socket.request('add address', RTM.NEWADDR, newLink, body, `${address}/${prefix} ${name}`);
  }

  removeAddress(name: string, address: string, prefix: number): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    absentIf(['ENODEV', 'EADDRNOTAVAIL'], () => {
      const body = addressBody({ index: this.#get(socket, name).index, address, prefix });
      socket.request('remove address', RTM.DELADDR, 0, body, `${address}/${prefix} ${name}`);
    });
  }

  addRoute(route: { destination?: string; gateway?: string; device?: string }): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const to = route.destination === undefined ? undefined : parseCidr(route.destination);
    const gateway = route.gateway === undefined ? undefined : parseAddress(route.gateway);
    const family = (to?.address ?? gateway)?.length === 16 ? AF_INET6 : AF_INET;
    const body = Buffer.concat([
      routeMessage({ family, prefix: to?.prefix ?? 0, direct: gateway === undefined }),
      ...(to ? [attribute(RTA.DST, to.address)] : []),
      ...(gateway ? [attribute(RTA.GATEWAY, gateway)] : []),
      ...(route.device === undefined ? [] : [attribute(RTA.OIF, uint32(this.#get(socket, route.device).index))]),
    ]);
    socket.request('add route', RTM.NEWROUTE, newLink, body, route.destination ?? 'default');
  }

  routes(): RouteInfo[] {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const names = new Map(this.list().map(link => [link.index, link.name]));
    const body = routeMessage({ family: 0, prefix: 0, direct: false });
    return socket.dump('list routes', RTM.GETROUTE, body).flatMap(answer => {
      const route = readRoute(answer.body);
      if (!route) return [];
      const { index, ...rest } = route;
      const device = index === undefined ? undefined : names.get(index);
      return [{ ...rest, ...(device !== undefined && { device }) }];
    });
  }

  #get(socket: NetlinkSocket, name: string): LinkInfo {
    const body = Buffer.concat([linkMessage(), attribute(IFLA.IFNAME, name)]);
    return readLink(socket.get('find link', RTM.GETLINK, body, name).body);
  }

  #change(what: string, name: string, head: Buffer, ...attributes: Buffer[]): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const body = Buffer.concat([head, attribute(IFLA.IFNAME, name), ...attributes]);
    socket.request(what, RTM.NEWLINK, 0, body, name);
  }

  #setPort(name: string, option: number, on: boolean): void {
    const socket = this.#scope.netlink(NETLINK_ROUTE);
    const head = linkMessage({ family: AF_BRIDGE, index: this.#get(socket, name).index });
    const port = nested(IFLA.PROTINFO, attribute(option, Buffer.from([on ? 1 : 0])));
    socket.request('set bridge port', RTM.SETLINK, 0, Buffer.concat([head, port]), name);
  }
}

function describe(o: { name: string; mac?: string; mtu?: number; group?: number }): Buffer {
  return Buffer.concat([
    linkMessage(),
    attribute(IFLA.IFNAME, o.name),
    ...(o.mac === undefined ? [] : [attribute(IFLA.ADDRESS, parseMac(o.mac))]),
    ...(o.mtu === undefined ? [] : [attribute(IFLA.MTU, uint32(o.mtu))]),
    ...(o.group === undefined ? [] : [attribute(IFLA.GROUP, uint32(o.group))]),
  ]);
}

function addressBody(o: { index: number; address: string; prefix: number }): Buffer {
  const bytes = parseAddress(o.address);
  const ipv4 = bytes.length === 4;
  const family = ipv4 ? AF_INET : AF_INET6;
  return Buffer.concat([
    addressMessage({ family, prefix: o.prefix, index: o.index, flags: ipv4 ? 0 : IFA_F_NODAD }),
    attribute(IFA.LOCAL, bytes),
    attribute(IFA.ADDRESS, bytes),
    ...(ipv4 && o.prefix < 31 ? [attribute(IFA.BROADCAST, broadcast(bytes, o.prefix))] : []),
  ]);
}

function broadcast(address: Buffer, prefix: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE((address.readUInt32BE() | (0xffffffff >>> prefix)) >>> 0);
  return out;
}

/** What `fn` returns, or undefined if it failed in a way that says "there is no such thing". */
function absentIf<T>(codes: string[], fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (error instanceof SystemCallError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
