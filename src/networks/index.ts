// Networks: the predefined networks `bridge`, `host` and `none`, the endpoints containers have on them, their
// sandboxes (pinned network namespaces), addresses, published ports and firewall, and the text of a container's
// resolv.conf and hosts file. It leaves to others: when a container joins and leaves (engine), starting processes in
// the sandbox (runtime), and every system call (kernel).

export type { HostsFileInput } from './files/hosts-file.ts';
export type { ResolvConfInput } from './files/resolv-conf.ts';
export type {
  AttachRequest,
  Endpoint,
  IpamConfig,
  Network,
  PortBinding,
  PortRequest,
  Protocol,
} from './network.ts';
export type { NetworksDeps, NetworksOptions } from './networks.ts';
export { Networks } from './networks.ts';
