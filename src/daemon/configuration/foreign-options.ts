// dockerd's other options: understood, so that its command lines and files work, but without a meaning here.

import type { DaemonOption, OptionKind } from './options.ts';

/** Nothing is lost by going on without them: what they tune does not exist here, or not yet. The log says so. */
const ignored: readonly [flag: string, kind: OptionKind, key?: string][] = [
  ['allow-direct-routing', 'bool'],
  ['bip6', 'string'],
  ['cdi-spec-dir', 'list', 'cdi-spec-dirs'],
  ['containerd', 'string'],
  ['containerd-namespace', 'string'],
  ['containerd-plugins-namespace', 'string'],
  ['cri-containerd', 'bool'],
  ['default-address-pool', 'list', 'default-address-pools'],
  ['default-network-opt', 'map', 'default-network-opts'],
  ['experimental', 'bool'],
  ['ip-forward-no-drop', 'bool'],
  ['ip6tables', 'bool'],
  ['iptables', 'bool'],
  ['network-control-plane-mtu', 'int'],
  ['node-generic-resource', 'list', 'node-generic-resources'],
  ['raw-logs', 'bool'],
  ['storage-opt', 'list', 'storage-opts'],
  ['swarm-default-advertise-addr', 'string'],
  ['userland-proxy', 'bool'],
  ['userland-proxy-path', 'string'],
];

/** Going on without them would be less safe, or another network, than what was asked for: they are refused. */
const refused: readonly [flag: string, kind: OptionKind, key?: string][] = [
  ['authorization-plugin', 'list', 'authorization-plugins'],
  ['default-gateway-v6', 'string'],
  ['fixed-cidr-v6', 'string'],
  ['ipv6', 'bool'],
  ['rootless', 'bool'],
];

const foreign = (list: typeof ignored): DaemonOption[] =>
  list.map(([flag, kind, key]) => ({ flag, kind, key, help: '', hidden: true }));

export const ignoredOptions: readonly DaemonOption[] = foreign(ignored);
export const refusedOptions: readonly DaemonOption[] = foreign(refused);
