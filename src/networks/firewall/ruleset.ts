// The text of our nftables table: everything that does not change when a container comes or goes.

import { portMaps } from './elements.ts';

/** Maps from an interface to the chain of its network: one lookup, however many networks. */
const dispatchMaps = ['arrive_from', 'forward_to', 'leave_by', 'leave_from'] as const;

type DispatchMap = (typeof dispatchMaps)[number];

/** What the firewall must know about one bridge. */
interface BridgeRules {
  /** Names the network's chains; letters and digits. */
  key: string;
  /** Name of the bridge link. */
  link: string;
  /** CIDR. */
  subnet: string;
  /** Containers on the bridge may talk to each other. */
  icc: boolean;
  /** What leaves the subnet takes the host's address. */
  masquerade: boolean;
}

/**
 * The part all networks share, to be applied together with `bridgeRuleset` of every bridge. Idempotent: rules are
 * replaced in one transaction and published ports stay, so that a restart does not disturb what runs.
 *
 * A published port is found by one map lookup, however many there are, wherever the packet comes from: `prerouting`
 * for other machines and containers, `output` for processes of the host.
 * Packets that arrive for 127.0.0.0/8 from outside are never looked up: translating them before the routing decision
 * would carry them past the check that drops them, and expose ports published on the loopback only.
 */
export function tableRuleset(table: string): string {
  const chains: [name: string, hook: string][] = [
    ['translate', ''],
    ['raw_prerouting', '{ type filter hook prerouting priority raw; policy accept; }'],
    ['prerouting', '{ type nat hook prerouting priority dstnat; policy accept; }'],
    ['output', '{ type nat hook output priority -100; policy accept; }'],
    ['forward', '{ type filter hook forward priority filter; policy accept; }'],
    ['postrouting', '{ type nat hook postrouting priority srcnat; policy accept; }'],
  ];
  const rules: [chain: string, rule: string][] = [
    ['translate', `dnat to ip daddr . meta l4proto . th dport map @${portMaps.oneAddress}`],
    ['translate', `dnat to meta l4proto . th dport map @${portMaps.anyAddress}`],
    ['raw_prerouting', 'iifname vmap @arrive_from'],
    ['prerouting', 'ip daddr 127.0.0.0/8 return'],
    ['prerouting', 'fib daddr type local jump translate'],
    ['output', 'fib daddr type local jump translate'],
    ['forward', 'oifname vmap @forward_to'],
    ['postrouting', 'oifname vmap @leave_by'],
    ['postrouting', 'iifname vmap @leave_from'],
  ];
  return lines([
    `add table ip ${table}`,
    `add map ip ${table} ${portMaps.anyAddress} { type inet_proto . inet_service : ipv4_addr . inet_service; }`,
    `add map ip ${table} ${portMaps.oneAddress} { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }`,
    ...dispatchMaps.flatMap(map => [
      `add map ip ${table} ${map} { type ifname : verdict; }`,
      `flush map ip ${table} ${map}`,
    ]),
    ...chains.flatMap(([name, hook]) => [`add chain ip ${table} ${name} ${hook}`, `flush chain ip ${table} ${name}`]),
    ...rules.map(([chain, rule]) => `add rule ip ${table} ${chain} ${rule}`),
  ]);
}

/**
 * One bridge's own chains, entered by the name of the interface. Idempotent; the shared part must be there.
 *
 * - `arrive_from`: `route_localnet` is on for the bridge so that the host can call published ports through its
 *   loopback; what a container itself sends to 127.0.0.0/8 is dropped (CVE-2020-8558). Replies are not hit: before
 *   connection tracking they carry the bridge's address.
 * - `forward_to`: replies, published ports and neighbours; nothing else comes in.
 * - `leave_by`: a call from the loopback, or from a container to a port published by its own network, must come back
 *   through the host to be translated back, so it takes the bridge's address.
 * - `leave_from`: what leaves the subnet for elsewhere takes the host's address. (That postrouting knows the interface
 *   a packet came from needs Linux 5.7.)
 */
export function bridgeRuleset(table: string, bridge: BridgeRules): string {
  const { key, link, subnet } = bridge;
  const rules: Record<DispatchMap, string[]> = {
    arrive_from: ['ip daddr 127.0.0.0/8 drop'],
    forward_to: [
      'ct state established,related accept',
      'ct status dnat accept',
      ...(bridge.icc ? [`iifname "${link}" accept`] : []),
      'drop',
    ],
    leave_by: ['ip saddr 127.0.0.0/8 masquerade', `ip saddr ${subnet} ct status dnat masquerade`],
    leave_from: bridge.masquerade ? [`ip saddr ${subnet} oifname != "${link}" masquerade`] : [],
  };
  return lines(
    dispatchMaps.flatMap(map => {
      const chain = `${map}_${key}`;
      return [
        `add chain ip ${table} ${chain}`,
        `flush chain ip ${table} ${chain}`,
        ...rules[map].map(rule => `add rule ip ${table} ${chain} ${rule}`),
        `add element ip ${table} ${map} { "${link}" : jump ${chain} }`,
      ];
    }),
  );
}

/** Takes one bridge's chains out again; fine when they are gone already. */
export function bridgeRemoval(table: string, bridge: Pick<BridgeRules, 'key' | 'link'>): string {
  return lines(
    dispatchMaps.flatMap(map => {
      const chain = `${map}_${bridge.key}`;
      const element = `"${bridge.link}" : jump ${chain}`;
      // Adding first makes the removal of something missing no error.
      return [
        `add chain ip ${table} ${chain}`,
        `add element ip ${table} ${map} { ${element} }`,
        `delete element ip ${table} ${map} { ${element} }`,
        `flush chain ip ${table} ${chain}`,
        `delete chain ip ${table} ${chain}`,
      ];
    }),
  );
}

function lines(statements: string[]): string {
  return `${statements.join('\n')}\n`;
}
