// The network part of what `inspect` and `ps` show.

import type { NetworkSettings, Port } from '../../../api/types/containers.ts';
import type { EndpointSettings } from '../../../api/types/networks.ts';
import type { PortMap } from '../../../api/types/ports.ts';
import type { Endpoint } from '../../../networks/index.ts';
import type { Engine } from '../../engine.ts';
import type { Container } from '../state/container.ts';

type Rooms = Pick<Engine, 'networks'>;

/** Of a container without an endpoint, one that does not run, the fields are there and empty. */
export function describeNetworkSettings(engine: Rooms, container: Container): NetworkSettings {
  const endpoint = engine.networks.endpoint(container.id);
  const ownSandbox = endpoint !== undefined && container.record.hostConfig.NetworkMode !== 'host';
  return {
    Bridge: '',
    SandboxID: endpoint?.endpointId ?? '',
    SandboxKey: ownSandbox ? engine.networks.sandboxPath(container.id) : '',
    Ports: describePorts(container, endpoint),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: endpoint?.address ? endpoint.endpointId : '',
    Gateway: endpoint?.gateway ?? '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: endpoint?.address ?? '',
    IPPrefixLen: endpoint?.prefix ?? 0,
    IPv6Gateway: '',
    MacAddress: endpoint?.mac ?? askedMac(container) ?? '',
    Networks: describeNetworks(engine, container),
  };
}

/** One entry a network, with what was asked for and what was given. */
export function describeNetworks(engine: Rooms, container: Container): Record<string, EndpointSettings> {
  const mode = container.record.hostConfig.NetworkMode ?? 'bridge';
  if (mode.startsWith('container:')) return {};
  const network = engine.networks.find(mode);
  const endpoint = engine.networks.endpoint(container.id);
  const asked = container.record.endpoints[mode];
  return {
    [network?.name ?? mode]: {
      IPAMConfig: asked?.IPAMConfig ?? null,
      Links: null,
      Aliases: asked?.Aliases ?? null,
      MacAddress: endpoint?.mac ?? askedMac(container) ?? '',
      DriverOpts: asked?.DriverOpts ?? null,
      GwPriority: asked?.GwPriority ?? 0,
      NetworkID: network?.id ?? '',
      EndpointID: endpoint?.endpointId ?? '',
      Gateway: endpoint?.gateway ?? '',
      IPAddress: endpoint?.address ?? '',
      IPPrefixLen: endpoint?.prefix ?? 0,
      IPv6Gateway: '',
      GlobalIPv6Address: '',
      GlobalIPv6PrefixLen: 0,
      DNSNames: null,
    },
  };
}

/** The one asked for is shown before the start already. */
function askedMac({ record }: Container): string | undefined {
  return (
    record.endpoints[record.hostConfig.NetworkMode ?? 'bridge']?.MacAddress || record.config.MacAddress || undefined
  );
}

/** Published and merely exposed ports of a running container; {} when it does not run. */
function describePorts(container: Container, endpoint: Endpoint | undefined): PortMap {
  if (!endpoint) return {};
  const ports: PortMap = {};
  for (const key of Object.keys(container.record.config.ExposedPorts ?? {})) ports[withProtocol(key)] = null;
  for (const port of endpoint.ports) {
    const key = `${port.containerPort}/${port.protocol}`;
    (ports[key] ??= []).push({ HostIp: port.hostIp, HostPort: String(port.hostPort) });
  }
  return ports;
}

const withProtocol = (key: string) => (key.includes('/') ? key : `${key}/tcp`);

/** The same for `ps`. */
export function summarisePorts(engine: Rooms, container: Container): Port[] {
  const endpoint = container.running ? engine.networks.endpoint(container.id) : undefined;
  const ports: Port[] = [];
  for (const [key, bindings] of Object.entries(describePorts(container, endpoint))) {
    const [number, type] = key.split('/') as [string, Port['Type']];
    const common = { PrivatePort: Number(number), Type: type };
    if (!bindings) ports.push(common);
    for (const binding of bindings ?? []) {
      ports.push({ IP: binding.HostIp ?? '', ...common, PublicPort: Number(binding.HostPort) });
    }
  }
  return ports.sort((a, b) => a.PrivatePort - b.PrivatePort || (a.PublicPort ?? 0) - (b.PublicPort ?? 0));
}
