// Links (`--link`), Docker's old way for containers of the default bridge to know of each other: an entry in /etc/hosts
// and variables. A container is the parent of those it is linked to.

import type { HostConfig } from '../../../api/types/container-config.ts';
import { conflict, invalid, notFound, systemError } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import type { Container, ContainerRecord } from '../state/container.ts';
import { networkOwner } from '../state/network-owner.ts';
import { linkEnvironment } from './link-environment.ts';

type Rooms = Pick<Engine, 'containers'>;

/** What the container's record keeps of `HostConfig.Links`, which only the default bridge knows. Throws `invalid`. */
export function readLinks(engine: Rooms, host: HostConfig): ContainerRecord['links'] {
  if (!host.Links?.length || host.NetworkMode !== 'bridge') return undefined;
  const byAlias = new Map(host.Links.map(text => readLink(engine, text)).map(link => [link.alias, link]));
  return [...byAlias.values()];
}

function readLink(engine: Rooms, text: string) {
  const [name = '', alias = '', ...rest] = text.split(':');
  if (name === '' || rest.length > 0) throw invalid(`bad format for links: ${text}`);
  const child = sharedWith(engine, name);
  if (child.record.hostConfig.NetworkMode === 'host') {
    throw invalid(
      "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
    );
  }
  return { childId: child.id, childName: child.name, alias: lastPart(alias) || child.name };
}

/** Whose network it is in the end. */
function sharedWith(engine: Rooms, name: string): Container {
  const missing = (other: string) => invalid(`could not get container for ${other}: No such container: ${other}`);
  const child = engine.containers.find(name);
  if (!child) throw missing(name);
  const owner = networkOwner(engine.containers, child);
  const mode = owner.record.hostConfig.NetworkMode ?? '';
  if (mode.startsWith('container:')) throw missing(mode.slice('container:'.length));
  return owner;
}

/** `/child:/parent/alias`, as inspect shows them; null without any. */
export function describeLinks(engine: Rooms, parent: Container): string[] | null {
  const { links } = parent.record;
  return links?.length ? links.map(link => `/${nameOf(engine, link)}:/${parent.name}/${link.alias}`) : null;
}

/** All names of a container: its own, and those its parents have for it. */
export function namesOf(engine: Rooms, child: Container): string[] {
  const given = engine.containers
    .parentsOf(child)
    .flatMap(parent => linksTo(parent, child).map(({ alias }) => `/${parent.name}/${alias}`));
  return [`/${child.name}`, ...given].sort();
}

/** Throws `conflict` for a linked container that does not run. */
export function requireLinked(engine: Rooms, parent: Container): void {
  for (const link of parent.record.links ?? []) {
    if (engine.containers.find(link.childId)?.running) continue;
    const name = nameOf(engine, link);
    throw conflict(`Cannot link to a non running container: /${name} AS /${parent.name}/${link.alias}`);
  }
}

/** Entries for /etc/hosts, as extra hosts have them: alias, host name and name of each, and its address. */
export function linkHosts(engine: Pick<Engine, 'containers' | 'networks'>, parent: Container): string[] {
  return (parent.record.links ?? []).flatMap(({ childId, alias }) => {
    const child = engine.containers.find(childId);
    const address = child && engine.networks.endpoint(childId)?.address;
    if (!address) return [];
    const names = [alias, child.record.config.Hostname ?? '', ...(alias === child.name ? [] : [child.name])];
    return [`${names.join(' ')}:${address}`];
  });
}

/** The variables of all its links. */
export function linkVariables(engine: Pick<Engine, 'containers' | 'networks'>, parent: Container): string[] {
  return (parent.record.links ?? []).flatMap(({ childId, alias }) => {
    const child = engine.containers.find(childId);
    const address = child && engine.networks.endpoint(childId)?.address;
    if (!address) return [];
    const { ExposedPorts: ports, Env: env } = child.record.config;
    const place = { address, ports: Object.keys(ports ?? {}), env: env ?? [] };
    return linkEnvironment(`/${parent.name}/${alias}`, place);
  });
}

/** `docker rm --link parent/alias`: the containers stay. Throws not-found, `conflict` for a container's own name. */
export function removeLink(engine: Rooms, reference: string): void {
  const child = engine.containers.get(reference);
  const path = reference.replace(/^\//, '');
  const parent = engine.containers.find(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  if (!path.includes('/')) throw conflict('Conflict, cannot remove the default link name of the container');
  if (!parent) throw systemError(`Cannot get parent ${path} for link name ${reference}`);
  const removed = linksTo(parent, child).find(({ alias }) => alias === lastPart(path));
  if (!removed) throw notFound(`No such container: ${reference}`);
  engine.containers.unlink(parent, removed.alias);
}

const linksTo = (parent: Container, child: Container) =>
  (parent.record.links ?? []).filter(({ childId }) => childId === child.id);

const nameOf = (engine: Rooms, link: { childId: string; childName: string }) =>
  engine.containers.find(link.childId)?.name ?? link.childName;

const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1);
