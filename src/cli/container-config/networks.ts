// `--network` in its short and long form, and the flags that speak of the first network.

import type { NetworkingConfig } from '../../api/types/containers.ts';
import type { EndpointSettings } from '../../api/types/networks.ts';
import { parseCsvLine } from '../../lib/text/csv-line.ts';

/** One `--network`. */
interface NetworkArgument {
  target: string;
  aliases: string[];
  driverOptions: Record<string, string>;
  links: string[];
  ipv4: string;
  ipv6: string;
  linkLocal: string[];
  mac: string;
  gatewayPriority: number;
}

/** Flags about the first network: `--network-alias`, `--link`, `--ip`, `--ip6`, `--mac-address`, `--link-local-ip`. */
interface FirstNetworkFlags {
  aliases: readonly string[];
  links: readonly string[];
  ipv4: string;
  ipv6: string;
  mac: string;
  linkLocal: readonly string[];
}

/** Reads one `--network`: a name, or `name=…,alias=…,ip=…`. Throws a plain Error with Docker's wording. */
export function parseNetwork(text: string): NetworkArgument {
  const argument = emptyArgument('');
  if (!/\w+=\w+/.test(text)) return { ...argument, target: text };
  for (const field of parseCsvLine(text)) {
    const equals = field.indexOf('=');
    if (equals < 0) throw new Error(`invalid field ${field}`);
    applyField(argument, field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1).trim());
  }
  if (argument.target === '') throw new Error('network name/id is not specified');
  return argument;
}

function emptyArgument(target: string): NetworkArgument {
  return {
    target,
    aliases: [],
    driverOptions: {},
    links: [],
    ipv4: '',
    ipv6: '',
    linkLocal: [],
    mac: '',
    gatewayPriority: 0,
  };
}

function applyField(argument: NetworkArgument, key: string, value: string): void {
  switch (key) {
    case 'name':
      argument.target = value;
      return;
    case 'alias':
      argument.aliases.push(value);
      return;
    case 'ip':
      argument.ipv4 = value;
      return;
    case 'ip6':
      argument.ipv6 = value;
      return;
    case 'mac-address':
      argument.mac = value;
      return;
    case 'link-local-ip':
      argument.linkLocal.push(value);
      return;
    case 'driver-opt': {
      const equals = value.indexOf('=');
      if (equals < 0) throw new Error('invalid key value pair format in driver options');
      argument.driverOptions[value.slice(0, equals).trim().toLowerCase()] = value
        .slice(equals + 1)
        .trim()
        .toLowerCase();
      return;
    }
    case 'gw-priority':
      if (!/^[+-]?\d+$/.test(value))
        throw new Error(`invalid gw-priority: strconv.Atoi: parsing "${value}": invalid syntax`);
      argument.gatewayPriority = Number(value);
      return;
    default:
      throw new Error(`invalid field key ${key}`);
  }
}

/** Whether `name` is a network of the user and not one of Docker's modes. */
function isUserNetwork(name: string): boolean {
  return !['', 'default', 'bridge', 'host', 'none'].includes(name) && !name.startsWith('container:');
}

/** The endpoints of a container to be created. Throws a plain Error with Docker's wording. */
export function buildNetworkingConfig(
  networks: readonly NetworkArgument[],
  flags: FirstNetworkFlags,
): NetworkingConfig {
  const endpoints: Record<string, EndpointSettings> = {};
  if (networks.length === 0) {
    endpoints.default = endpointSettings(withFlags(emptyArgument('default'), flags));
    return { EndpointsConfig: endpoints };
  }
  networks.forEach((network, index) => {
    const complete = index === 0 ? withFlags(network, flags) : network;
    const settings = endpointSettings(complete);
    if (Object.hasOwn(endpoints, network.target))
      throw new Error(`network "${network.target}" is specified multiple times`);
    // A single network nothing is said about is left to the daemon, as older daemons expect.
    if (networks.length > 1 || !isPlain(settings)) endpoints[network.target] = settings;
  });
  const user = networks.filter(network => isUserNetwork(network.target)).length;
  if (user > 0 && user < networks.length) {
    throw new Error('conflicting options: cannot attach both user-defined and non-user-defined network-modes');
  }
  return { EndpointsConfig: endpoints };
}

function withFlags(network: NetworkArgument, flags: FirstNetworkFlags): NetworkArgument {
  const both = (flag: string, what: string) =>
    new Error(`conflicting options: cannot specify both ${flag} and per-network ${what}`);
  if (network.aliases.length > 0 && flags.aliases.length > 0) throw both('--network-alias', 'alias');
  if (network.ipv4 && flags.ipv4) throw both('--ip', 'IPv4 address');
  if (network.ipv6 && flags.ipv6) throw both('--ip6', 'IPv6 address');
  if (network.mac && flags.mac) throw both('--mac-address', 'MAC address');
  if (network.linkLocal.length > 0 && flags.linkLocal.length > 0)
    throw both('--link-local-ip', 'link-local IP addresses');
  return {
    ...network,
    aliases: [...network.aliases, ...flags.aliases],
    links: isUserNetwork(network.target) ? [...network.links, ...flags.links] : network.links,
    ipv4: network.ipv4 || flags.ipv4,
    ipv6: network.ipv6 || flags.ipv6,
    mac: network.mac || flags.mac,
    linkLocal: [...network.linkLocal, ...flags.linkLocal],
  };
}

function endpointSettings(network: NetworkArgument): EndpointSettings {
  if (network.target.trim() === '') throw new Error('no name set for network');
  if (!isUserNetwork(network.target) && network.aliases.length > 0) {
    throw new Error('network-scoped aliases are only supported for user-defined networks');
  }
  return {
    IPAMConfig: ipamConfig(network),
    Links: network.links.length > 0 ? network.links : null,
    Aliases: network.aliases.length > 0 ? network.aliases : null,
    MacAddress: network.mac,
    DriverOpts: Object.keys(network.driverOptions).length > 0 ? network.driverOptions : null,
    GwPriority: network.gatewayPriority,
    NetworkID: '',
    EndpointID: '',
    Gateway: '',
    IPAddress: '',
    IPPrefixLen: 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: null,
  };
}

function ipamConfig({ ipv4, ipv6, linkLocal }: NetworkArgument): EndpointSettings['IPAMConfig'] {
  if (!ipv4 && !ipv6 && linkLocal.length === 0) return null;
  return {
    ...(ipv4 && { IPv4Address: ipv4 }),
    ...(ipv6 && { IPv6Address: ipv6 }),
    ...(linkLocal.length > 0 && { LinkLocalIPs: linkLocal }),
  };
}

function isPlain(settings: EndpointSettings): boolean {
  return Object.values(settings).every(value => value === null || value === '' || value === 0);
}
