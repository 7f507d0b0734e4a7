// The contract of a network driver: what differs between bridge, host and none, and later macvlan and overlay.

import type { AttachRequest, Endpoint, Network } from './network.ts';

/** What a driver is told when a container joins: the request plus the identity the room has given the endpoint. */
export interface EndpointRequest extends AttachRequest {
  endpointId: string;
  /** Interface name to give inside the sandbox (`eth0`). */
  containerLink: string;
}

/**
 * One kind of network. A driver keeps what it needs to know in memory and can rebuild it from records:
 * `ensure` and `restore` run at every daemon start. Methods on the container path are synchronous, because
 * they work inside the calling thread's network namespace and must not be interleaved.
 */
export interface NetworkDriver {
  readonly name: string;
  /** Makes what the network needs on the host, or takes over what is there; returns the network with what was settled. */
  ensure(network: Network): Promise<Network>;
  /** Takes back what `ensure` made. Missing things are not an error. */
  purge(network: Network): Promise<void>;
  /**
   * Joins a sandbox to the network. `record` is called once, when everything about the endpoint is decided and before
   * anything in the kernel is changed, so that a crash leaves nothing without an owner. Undoes itself on failure.
   */
  attach(network: Network, request: EndpointRequest, record: (endpoint: Endpoint) => void): Endpoint;
  /** Gives back addresses and ports. The interface goes with its network namespace. Idempotent. */
  detach(network: Network, endpoint: Endpoint): void;
  /** After a restart: takes over `endpoints` (their containers run) and removes from the kernel what nobody owns. */
  restore(network: Network, endpoints: Endpoint[]): Promise<void>;
  /** Ends what belongs to this process (sockets); running containers keep their network. */
  close(): void;
}
