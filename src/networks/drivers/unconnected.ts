// What the drivers that connect nothing have in common: `host` shares the network of the machine, `null` has none.

import type { EndpointRequest, NetworkDriver, NetworkSetup } from '../driver.ts';
import type { Endpoint, Network } from '../network.ts';

/**
 * A driver called `name` whose endpoints have no address and no interface. Published ports are ignored, as Docker
 * does.
 */
export function createUnconnectedDriver(name: string): NetworkDriver {
  return {
    name,
    start: async (setups: NetworkSetup[]): Promise<Network[]> => setups.map(setup => setup.network),
    create: async (setup: NetworkSetup): Promise<Network> => setup.network,
    remove: async () => {},
    attach(network: Network, request: EndpointRequest, record: (endpoint: Endpoint) => void): Endpoint {
      const endpoint: Endpoint = {
        containerId: request.containerId,
        networkId: network.id,
        endpointId: request.endpointId,
        address: '',
        prefix: 0,
        gateway: '',
        mac: '',
        ports: [],
        hostLink: '',
        containerLink: '',
      };
      record(endpoint);
      return endpoint;
    },
    detach: () => {},
    restore: () => {},
    close: async () => {},
    purge: async () => {},
  };
}
