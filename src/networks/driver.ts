// The contract of a network driver: what differs between bridge, host and none, and later macvlan and overlay.

import type { AttachRequest, Endpoint, Network } from './network.ts';

/** What a driver is told when a container joins: the request plus what the room has decided about the endpoint. */
export interface EndpointRequest extends AttachRequest {
  endpointId: string;
  /** Name of the interface to make inside the sandbox (`eth0`). */
  containerLink: string;
}

/** A network to bring up. `movable`: nobody chose its range and nobody is on it, so another range will do. */
export interface NetworkSetup {
  network: Network;
  movable: boolean;
}

/**
 * One kind of network. A driver keeps in memory what it needs and rebuilds it from records at every daemon start.
 * The container path is synchronous, because it works inside the calling thread's network namespace and must not be
 * interleaved.
 */
export interface NetworkDriver {
  readonly name: string;
  /**
   * Brings up all networks of this kind at daemon start, taking over what is there without disturbing containers.
   * Returns them with what was settled (address ranges, interface names). Throws `conflict` when a range is taken.
   */
  start(setups: NetworkSetup[]): Promise<Network[]>;
  /** Brings up one more network; undoes itself on failure. */
  create(setup: NetworkSetup): Promise<Network>;
  /** Takes one network down. Missing things are not an error. */
  remove(network: Network): Promise<void>;
  /**
   * Joins a sandbox to the network. `record` is called once, when everything about the endpoint is decided and before
   * anything in the kernel is changed, so that a crash leaves nothing without an owner. Undoes itself on failure.
   */
  attach(network: Network, request: EndpointRequest, record: (endpoint: Endpoint) => void): Endpoint;
  /** Gives back addresses and ports. The interface goes with its network namespace. Idempotent. */
  detach(endpoint: Endpoint): void;
  /** Once after `start`: takes over `endpoints` (their containers run) and removes from the kernel what nobody owns. */
  restore(endpoints: Endpoint[]): void;
  /** Closes what belongs to this process (sockets); running containers keep their network. */
  close(): Promise<void>;
  /** Removes everything this driver has on the host; for a daemon that ends for good. */
  purge(): Promise<void>;
}
