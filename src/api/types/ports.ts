// Published ports.

/** Published ports by container port (`80/tcp`); null for one that is only exposed. */
export type PortMap = Record<string, PortBinding[] | null>;

/** A host address and port; an empty port means any. */
export interface PortBinding {
  HostIp?: string;
  HostPort?: string;
}
