// Network links, addresses and routes of the namespace the calling thread is in (see NetworkNamespaces.run).

export interface LinkInfo {
  index: number;
  name: string;
  /** IFF_* bits. */
  flags: number;
  up: boolean;
  /** Index of the bridge it belongs to. */
  master?: number;
  mtu: number;
  /** `02:42:ac:11:00:02`; empty for links without one. */
  mac: string;
  /** The group somebody put it in (`ip link … group`); 0 is everybody's. */
  group: number;
  /** `bridge`, `veth`, ...; absent for physical links and lo. */
  kind?: string;
  statistics: LinkStatistics;
}

/** Counters since the link was made, in packets and bytes. */
export interface LinkStatistics {
  rxPackets: number;
  txPackets: number;
  rxBytes: number;
  txBytes: number;
  rxErrors: number;
  txErrors: number;
  rxDropped: number;
  txDropped: number;
}

export interface RouteInfo {
  /** CIDR; absent for the default route. */
  destination?: string;
  gateway?: string;
  /** Name of the outgoing link. */
  device?: string;
}

/** rtnetlink. Unknown names are SystemCallError ENODEV, names taken EEXIST. Addresses may be IPv4 or IPv6. */
export interface Links {
  list(): LinkInfo[];
  find(name: string): LinkInfo | undefined;
  addBridge(name: string, options?: { mac?: string; mtu?: number; group?: number }): void;
  /** A veth pair: `name` here, `peer.name` inside the namespace pinned at `peer.netns`. */
  addVeth(
    name: string,
    peer: { name: string; netns: string; mac?: string },
    options?: { mtu?: number; mac?: string },
  ): void;
  /** Removes the link; one that is gone already is fine. A veth blocks about 26 ms: drop its namespace instead. */
  remove(name: string): void;
  setUp(name: string): void;
  setMaster(name: string, bridge: string): void;
  /** Lets a bridge port send frames back where they came from (a container that calls its own published port). */
  setHairpin(name: string, on: boolean): void;
  /** Kept apart from other isolated ports of its bridge. */
  setIsolated(name: string, on: boolean): void;
  rename(name: string, newName: string): void;
  addresses(name: string): { address: string; prefix: number }[];
  /** An address that is there already is SystemCallError EEXIST. */
  addAddress(name: string, address: string, prefix: number): void;
  /** One that is gone already is fine. */
  removeAddress(name: string, address: string, prefix: number): void;
  /** `destination` as CIDR, the default route when absent. */
  addRoute(route: { destination?: string; gateway?: string; device?: string }): void;
  /** IPv4 and IPv6 unicast routes of the main table. */
  routes(): RouteInfo[];
}
