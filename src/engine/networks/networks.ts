// `docker network ls` and `inspect`.

import type { Filters } from '../../api/codecs.ts';
import type { Network as WireNetwork } from '../../api/types/networks.ts';
import { BerthError, invalid, notFound } from '../../lib/errors.ts';
import type { Network } from '../../networks/index.ts';
import { hasLabel } from '../containers/views/filter.ts';
import type { Engine } from '../engine.ts';

type Rooms = Pick<Engine, 'networks' | 'containers'>;

const predefined = ['bridge', 'host', 'none'];

/** Without their containers, as Docker lists them. Throws `invalid` for a filter there is not. */
export function listNetworks(engine: Rooms, filters: Filters): WireNetwork[] {
  const chosen = networkFilter(filters);
  return engine.networks
    .list()
    .filter(chosen)
    .map(network => ({ ...toWire(network), Containers: {} }));
}

/** With the containers that are joined to it. Throws not-found. */
export function inspectNetwork(engine: Rooms, reference: string, scope?: string): WireNetwork {
  const network = engine.networks.get(reference);
  if (scope && scope !== network.scope) throw notFound(`network ${reference} not found`);
  const containers: WireNetwork['Containers'] = {};
  for (const endpoint of engine.networks.endpoints(network.id)) {
    containers[endpoint.containerId] = {
      Name: engine.containers.find(endpoint.containerId)?.name ?? '',
      EndpointID: endpoint.endpointId,
      MacAddress: endpoint.mac,
      IPv4Address: endpoint.address ? `${endpoint.address}/${endpoint.prefix}` : '',
      IPv6Address: '',
    };
  }
  return { ...toWire(network), Containers: containers };
}

/** The predefined networks stay (`forbidden`), and there are no others yet. Throws not-found. */
export function removeNetwork(engine: Pick<Engine, 'networks'>, reference: string): void {
  const { name } = engine.networks.get(reference);
  throw new BerthError('forbidden', `${name} is a pre-defined network and cannot be removed`);
}

function toWire(network: Network): Omit<WireNetwork, 'Containers'> {
  return {
    Name: network.name,
    Id: network.id,
    Created: network.created,
    Scope: network.scope,
    Driver: network.driver,
    EnableIPv4: network.enableIpv4,
    EnableIPv6: network.enableIpv6,
    IPAM: {
      Driver: network.ipam.driver,
      Options: Object.keys(network.ipam.options).length > 0 ? network.ipam.options : null,
      Config:
        network.ipam.config.length === 0
          ? null
          : network.ipam.config.map(config => ({
              Subnet: config.subnet,
              ...(config.ipRange ? { IPRange: config.ipRange } : {}),
              ...(config.defaultGateway ? { AuxiliaryAddresses: { DefaultGatewayIPv4: config.defaultGateway } } : {}),
              ...(config.gateway ? { Gateway: config.gateway } : {}),
            })),
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: network.ingress,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Options: network.options,
    Labels: network.labels,
  };
}

function networkFilter(filters: Filters): (network: Network) => boolean {
  const tests = Object.entries(filters).map(([key, values]) => {
    switch (key) {
      case 'name':
        return (network: Network) => values.some(value => network.name.includes(value));
      case 'id':
        return (network: Network) => values.some(value => network.id.startsWith(value));
      case 'driver':
        return (network: Network) => values.includes(network.driver);
      case 'scope':
        return (network: Network) => values.includes(network.scope);
      case 'type':
        for (const value of values) {
          if (!['builtin', 'custom'].includes(value)) throw invalid(`invalid filter: 'type'='${value}'`);
        }
        return (network: Network) => values.includes(predefined.includes(network.name) ? 'builtin' : 'custom');
      case 'label':
        return (network: Network) => values.every(value => hasLabel(network.labels, value));
      case 'dangling':
        for (const value of values) {
          if (['true', '1', 'false', '0'].includes(value)) continue;
          throw invalid(`invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`);
        }
        return () => true;
      default:
        throw invalid(`invalid filter '${key}'`);
    }
  });
  return network => tests.every(test => test(network));
}
