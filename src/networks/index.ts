// Networks: the predefined networks `bridge`, `host` and `none`, the endpoints containers have on them, their
// sandboxes (pinned network namespaces), addresses, published ports and firewall, and the text of a container's
// resolv.conf and hosts file. It leaves to others: when a container joins and leaves (engine), starting processes in
// the sandbox (runtime), and every system call (kernel).

export type { AttachRequest, Endpoint, Network, PortRequest } from './network.ts';
export { Networks } from './networks.ts';
