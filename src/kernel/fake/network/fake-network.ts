// Network namespaces with links, addresses and routes, in memory.
import { systemCallError } from '../../libc/system-call-error.ts';
import type { LinkInfo, Links, RouteInfo } from '../../network/links.ts';
import type { NetworkNamespaces } from '../../network/network-namespaces.ts';

interface FakeLink extends LinkInfo {
  addresses: { address: string; prefix: number }[];
  peer?: FakeLink;
}

interface FakeNamespace {
  links: Map<string, FakeLink>;
  routes: RouteInfo[];
}

/** Which namespace calls act in; shared by namespaces and links. */
export class FakeNetwork {
  readonly namespaces = new Map<string, FakeNamespace>();
  readonly home: FakeNamespace;
  current: FakeNamespace;
  #nextIndex = 1;

  constructor() {
    this.home = this.makeNamespace();
    this.current = this.home;
  }

  makeNamespace(): FakeNamespace {
    const namespace: FakeNamespace = { links: new Map(), routes: [] };
    this.addLink(namespace, 'lo', {}).up = true;
    return namespace;
  }

  addLink(namespace: FakeNamespace, name: string, facts: Partial<FakeLink>): FakeLink {
    if (namespace.links.has(name)) throw systemCallError('add link', 'EEXIST', name);
    const statistics = { rxPackets: 0, txPackets: 0, rxBytes: 0, txBytes: 0, rxErrors: 0, txErrors: 0 };
    const link: FakeLink = {
      ...{
        index: this.#nextIndex++,
        name,
        flags: 0,
        up: false,
        mtu: 1500,
        mac: '02:00:00:00:00:01',
        group: 0,
        addresses: [],
      },
      statistics: { ...statistics, rxDropped: 0, txDropped: 0 },
      ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
    };
    namespace.links.set(name, link);
    return link;
  }

  /** A veth goes with its other end, wherever that is. */
  removeLink(link: FakeLink): void {
    for (const { links } of [this.home, ...this.namespaces.values()]) {
      for (const [name, other] of links) if (other === link || (other.peer && other.peer === link)) links.delete(name);
    }
  }
}

export class FakeNetworkNamespaces implements NetworkNamespaces {
  readonly #network: FakeNetwork;

  constructor(network: FakeNetwork) {
    this.#network = network;
  }

  create(path: string): void {
    const { namespaces } = this.#network;
    if (namespaces.has(path)) throw systemCallError('create network namespace', 'EEXIST', path);
    namespaces.set(path, this.#network.makeNamespace());
  }

  pin(path: string): void {
    this.create(path);
  }

  remove(path: string): void {
    for (const link of this.#network.namespaces.get(path)?.links.values() ?? []) this.#network.removeLink(link);
    this.#network.namespaces.delete(path);
  }

  exists(path: string): boolean {
    return this.#network.namespaces.has(path);
  }

  run<T>(path: string, fn: () => T): T {
    const there = this.#network.namespaces.get(path);
    if (!there) throw systemCallError('enter network namespace', 'ENOENT', path);
    const home = this.#network.current;
    this.#network.current = there;
    try {
      const result = fn();
      if (result instanceof Promise) throw new TypeError('a function run in a network namespace must be synchronous');
      return result;
    } finally {
      this.#network.current = home;
    }
  }
}

export class FakeLinks implements Links {
  readonly #network: FakeNetwork;

  constructor(network: FakeNetwork) {
    this.#network = network;
  }

  list(): LinkInfo[] {
    return [...this.#links.values()].map(publicFacts);
  }

  find(name: string): LinkInfo | undefined {
    const link = this.#links.get(name);
    return link && publicFacts(link);
  }

  addBridge(name: string, options: { mac?: string; mtu?: number; group?: number } = {}): void {
    this.#network.addLink(this.#network.current, name, { ...options, kind: 'bridge' });
  }

  addVeth(
    name: string,
    peer: { name: string; netns: string; mac?: string },
    options: { mtu?: number; mac?: string } = {},
  ): void {
    const there = this.#network.namespaces.get(peer.netns);
    if (!there) throw systemCallError('open', 'ENOENT', peer.netns);
    if (there.links.has(peer.name)) throw systemCallError('add veth', 'EEXIST', peer.name);
    const near = this.#network.addLink(this.#network.current, name, { ...options, kind: 'veth' });
    const facts = { mtu: options.mtu, mac: peer.mac, kind: 'veth', peer: near };
    near.peer = this.#network.addLink(there, peer.name, facts as Partial<FakeLink>);
  }

  remove(name: string): void {
    const link = this.#links.get(name);
    if (link) this.#network.removeLink(link);
  }

  setUp(name: string): void {
    this.#get(name).up = true;
  }

  setMaster(name: string, bridge: string): void {
    this.#get(name).master = this.#get(bridge).index;
  }

  setHairpin(name: string): void {
    this.#get(name);
  }

  setIsolated(name: string): void {
    this.#get(name);
  }

  rename(name: string, newName: string): void {
    const link = this.#get(name);
    if (this.#links.has(newName)) throw systemCallError('rename link', 'EEXIST', newName);
    this.#links.delete(name);
    link.name = newName;
    this.#links.set(newName, link);
  }

  addresses(name: string): { address: string; prefix: number }[] {
    return this.#get(name).addresses.map(address => ({ ...address }));
  }

  addAddress(name: string, address: string, prefix: number): void {
    const { addresses } = this.#get(name);
    if (addresses.some(other => other.address === address)) throw systemCallError('add address', 'EEXIST', address);
    addresses.push({ address, prefix });
  }

  removeAddress(name: string, address: string): void {
    const link = this.#links.get(name);
    if (link) link.addresses = link.addresses.filter(other => other.address !== address);
  }

  addRoute(route: { destination?: string; gateway?: string; device?: string }): void {
    const { routes } = this.#network.current;
    const taken = routes.some(other => other.destination === route.destination);
    if (taken) throw systemCallError('add route', 'EEXIST', route.destination ?? 'default');
    routes.push({ ...route });
  }

  routes(): RouteInfo[] {
    return this.#network.current.routes.map(route => ({ ...route }));
  }

  get #links(): Map<string, FakeLink> {
    return this.#network.current.links;
  }

  #get(name: string): FakeLink {
    const link = this.#links.get(name);
    if (!link) throw systemCallError('find link', 'ENODEV', name);
    return link;
  }
}

function publicFacts({ addresses: _addresses, peer: _peer, ...facts }: FakeLink): LinkInfo {
  return { ...facts, statistics: { ...facts.statistics } };
}
