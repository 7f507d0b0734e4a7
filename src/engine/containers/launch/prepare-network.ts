// The network side of a start: sandbox, endpoint, published ports, and the three files a container finds in /etc.

import { chownSync, writeFileSync } from 'node:fs';
import type { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { BerthError, conflict, errorKind, errorMessage, invalid, notFound } from '../../../lib/errors.ts';
import { rootOutside } from '../../../lib/id-map.ts';
import type { AttachRequest, Endpoint, PortRequest } from '../../../networks/index.ts';
import type { Engine } from '../../engine.ts';
import { containerIds } from '../configuration/user-namespace.ts';
import { requirePort } from '../configuration/validation/validate.ts';
import { publishNetworkEvent } from '../container-events.ts';
import { linkHosts } from '../links/links.ts';
import { refreshParents } from '../links/refresh-hosts.ts';
import type { Container } from '../state/container.ts';
import { networkOwner } from '../state/network-owner.ts';

interface PreparedNetwork {
  /** Path of a network namespace, `host`, or `new`: the process makes it, so that it belongs to its user namespace. */
  sandbox: string;
  /** For `new`: what is left to do when the process is there and its program does not run yet. */
  join?: (pid: number) => void;
}

/** Joins the container to its network and writes resolv.conf, hosts and hostname. */
export function prepareNetwork(
  engine: Pick<Engine, 'networks' | 'containers' | 'events' | 'config' | 'logger'>,
  container: Container,
  undo: CleanupStack,
): PreparedNetwork {
  const mode = container.record.hostConfig.NetworkMode ?? 'bridge';
  if (mode.startsWith('container:')) {
    const sandbox = joinSandbox(engine, container, mode);
    // As Docker has it, the names come with the network.
    const { Hostname, Domainname } = networkOwner(engine.containers, container).record.config;
    Object.assign(container.record.config, { Hostname, Domainname });
    return { sandbox };
  }
  const host = mode === 'host';
  const remapped = containerIds(engine, container.record.hostConfig) !== undefined;
  const removed = () => engine.networks.removeSandbox(container.id);
  if (remapped && !host) {
    undo.defer('network sandbox', removed);
    // What is mounted from them has to be there first.
    writeIdentity(engine, container, { address: undefined, hostNetwork: false });
    const join = (pid: number) => joinNetwork(engine, container, engine.networks.adoptSandbox(container.id, pid), undo);
    return { sandbox: 'new', join };
  }
  const sandbox = host ? 'host' : engine.networks.createSandbox(container.id);
  if (!host) undo.defer('network sandbox', removed);
  joinNetwork(engine, container, sandbox, undo);
  return { sandbox };
}

function joinNetwork(
  engine: Pick<Engine, 'networks' | 'containers' | 'events' | 'config' | 'logger'>,
  container: Container,
  sandbox: string,
  undo: CleanupStack,
): void {
  const mode = container.record.hostConfig.NetworkMode ?? 'bridge';
  const host = mode === 'host';
  const endpoint = attach(engine, {
    containerId: container.id,
    containerName: container.name,
    network: mode,
    sandbox,
    ports: mode === 'none' || host ? [] : portRequests(container),
    mac: container.record.endpoints[mode]?.MacAddress || container.record.config.MacAddress || undefined,
    ipv4: container.record.endpoints[mode]?.IPAMConfig?.IPv4Address || undefined,
  });
  const network = engine.networks.get(mode);
  publishNetworkEvent(engine, 'connect', network, container.id);
  undo.defer('network endpoint', () => {
    engine.networks.detach(container.id);
    publishNetworkEvent(engine, 'disconnect', network, container.id);
  });
  writeIdentity(engine, container, { address: endpoint.address || undefined, hostNetwork: host });
  refreshParents(engine, container);
}

/** Docker's words around whatever went wrong. */
function attach(engine: Pick<Engine, 'networks'>, request: AttachRequest): Endpoint {
  try {
    return engine.networks.attach(request);
  } catch (error) {
    const message = `failed to set up container networking: ${errorMessage(error)}`;
    throw new BerthError(errorKind(error), message, { cause: error });
  }
}

/** `--network container:x`: the other's namespace and the other's files. */
function joinSandbox(engine: Pick<Engine, 'networks' | 'containers'>, container: Container, mode: string): string {
  const reference = mode.slice('container:'.length);
  const other = engine.containers.find(reference);
  if (!other) throw notFound(`joining network namespace of container: No such container: ${reference}`);
  if (other === container) throw invalid('cannot join own network namespace');
  if (!other.running) {
    const state = `container ${other.name} is ${other.state.Status}`;
    throw conflict(`cannot join network namespace of a non running container: ${state}`);
  }
  const otherMode = other.record.hostConfig.NetworkMode ?? 'bridge';
  if (otherMode === 'host') return 'host';
  return otherMode.startsWith('container:')
    ? joinSandbox(engine, other, otherMode)
    : engine.networks.sandboxPath(other.id);
}

/** What `-p` and `-P` ask for, of the ports that are exposed: dockerd looks at no others. */
function portRequests(container: Container): PortRequest[] {
  const { hostConfig, config } = container.record;
  const requests: PortRequest[] = [];
  const exposed = new Set(Object.keys(config.ExposedPorts ?? {}).map(portKey));
  for (const [key, bindings] of Object.entries(hostConfig.PortBindings ?? {})) {
    if (!exposed.has(portKey(key))) continue;
    const { port, protocol } = requirePort(key);
    const wanted = bindings?.length ? bindings : [{}];
    for (const binding of wanted) {
      requests.push({
        containerPort: port,
        protocol,
        hostIp: binding.HostIp ?? '',
        hostPort: hostPort(binding.HostPort ?? ''),
      });
    }
  }
  if (hostConfig.PublishAllPorts) {
    for (const key of Object.keys(config.ExposedPorts ?? {})) {
      const { port, protocol } = requirePort(key);
      const published = requests.some(request => request.containerPort === port && request.protocol === protocol);
      if (!published) requests.push({ containerPort: port, protocol, hostIp: '', hostPort: 0 });
    }
  }
  return requests;
}

/** `80` is `80/tcp`. */
function portKey(text: string): string {
  const { port, protocol } = requirePort(text);
  return `${port}/${protocol}`;
}

/** '' is ephemeral, `8000-8010` a range. */
function hostPort(text: string): PortRequest['hostPort'] {
  if (text === '') return 0;
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || first > 65535 || last > 65535 || last < first) throw invalid(`invalid port specification: "${text}"`);
  return first === last ? first : { first, last };
}

function writeIdentity(
  engine: Pick<Engine, 'networks' | 'containers' | 'config'>,
  container: Container,
  place: { address: string | undefined; hostNetwork: boolean },
): void {
  const { config, hostConfig } = container.record;
  const list = (own: string[] | null | undefined, fallback: string[]) => (own?.length ? own : fallback);
  const resolvConf = engine.networks.resolvConf({
    dns: list(hostConfig.Dns, engine.config.dns),
    search: list(hostConfig.DnsSearch, engine.config.dnsSearch),
    options: list(hostConfig.DnsOptions, engine.config.dnsOptions),
    hostNetwork: place.hostNetwork,
  });
  const hosts = engine.networks.hostsFile({
    hostname: config.Hostname ?? '',
    domainname: config.Domainname || undefined,
    ...place,
    extraHosts: [...(hostConfig.ExtraHosts ?? []), ...linkHosts(engine, container)],
  });
  const ids = containerIds(engine, hostConfig);
  const owner = ids && rootOutside(ids);
  const write = (name: 'resolv.conf' | 'hosts' | 'hostname', text: string) => {
    writeFileSync(container.file(name), text, { mode: 0o644 });
    if (owner) chownSync(container.file(name), owner.uid, owner.gid);
  };
  write('resolv.conf', resolvConf);
  write('hosts', hosts);
  write('hostname', `${config.Hostname ?? ''}\n`);
}
