// What a network and an endpoint are: the plain values this room stores and hands out.

/** Transport protocols a port can be published for. */
export type Protocol = 'tcp' | 'udp' | 'sctp';

/** One address range of a network; addresses in text form, `subnet` and `ipRange` as CIDR. */
export interface IpamConfig {
  subnet: string;
  gateway?: string;
  ipRange?: string;
  /** Where containers send what is for other machines, when that is not the bridge. */
  defaultGateway?: string;
}

/** A network as recorded. `options` are driver options under Docker's own keys (`com.docker.network.bridge.name`). */
export interface Network {
  /** 64 hex digits, stable over restarts. */
  id: string;
  name: string;
  driver: string;
  scope: 'local' | 'swarm';
  /** RFC 3339. */
  created: string;
  enableIpv4: boolean;
  enableIpv6: boolean;
  internal: boolean;
  attachable: boolean;
  ingress: boolean;
  ipam: { driver: string; options: Record<string, string>; config: IpamConfig[] };
  options: Record<string, string>;
  labels: Record<string, string>;
}

/**
 * A port somebody wants published. `hostIp` '' means the network's default binding address;
 * `hostPort` 0 an ephemeral one, a range the first free port in it (both ends included).
 */
export interface PortRequest {
  containerPort: number;
  protocol: Protocol;
  hostIp: string;
  hostPort: number | { first: number; last: number };
}

/** A port that is published: the host side is settled. */
export interface PortBinding {
  containerPort: number;
  protocol: Protocol;
  hostIp: string;
  hostPort: number;
}

/** A container's place on a network. Address fields are '' on networks that give none (`host`, `none`). */
export interface Endpoint {
  containerId: string;
  networkId: string;
  /** 64 hex digits. */
  endpointId: string;
  address: string;
  /** Length of the subnet's prefix in bits; 0 without an address. */
  prefix: number;
  gateway: string;
  mac: string;
  ports: PortBinding[];
  /** Name of the interface on the host, '' where there is none. */
  hostLink: string;
  /** Name of the interface inside the sandbox, '' where there is none. */
  containerLink: string;
}

/** What a container asks for when it joins a network. */
export interface AttachRequest {
  containerId: string;
  /** Named in error messages. */
  containerName: string;
  /** Name or id. */
  network: string;
  /** Path of the pinned network namespace. */
  sandbox: string;
  ports: PortRequest[];
  mac?: string;
  ipv4?: string;
}
