// A container as `ps` shows it.

import type { ContainerSummary, Port } from '../../../api/types/containers.ts';
import { quoteGo } from '../../../lib/template/quote.ts';
import { type GoStruct, goType } from '../../../lib/template/values.ts';
import { humanDuration } from '../../../lib/text/duration.ts';
import { humanSize } from '../../../lib/text/units.ts';
import { familiarReference, parseReference } from '../../../oci/reference.ts';
import { formatGoTime } from '../../time/format-time.ts';
import { ellipsis, shortId } from '../ellipsis.ts';

/** The heads of the columns. */
export const containerHeaders = {
  ID: 'CONTAINER ID',
  Names: 'NAMES',
  Image: 'IMAGE',
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  RunningFor: 'CREATED',
  Platform: 'PLATFORM',
  Ports: 'PORTS',
  State: 'STATE',
  Status: 'STATUS',
  Size: 'SIZE',
  Labels: 'LABELS',
  Mounts: 'MOUNTS',
  LocalVolumes: 'LOCAL VOLUMES',
  Networks: 'NETWORKS',
};

/** A container nothing is known of, to try templates on. */
export const emptyContainer: ContainerSummary = {
  Id: '',
  Names: [],
  Image: '',
  ImageID: '',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: {},
  State: 'created',
  Status: '',
  HostConfig: { NetworkMode: '' },
  NetworkSettings: { Networks: {} },
  Mounts: [],
};

/** The fields of a container for templates; `now` in milliseconds. */
export function containerRow(container: ContainerSummary, options: { truncate: boolean; now: number }): GoStruct {
  const { truncate, now } = options;
  return {
    [goType]: '*formatter.ContainerContext',
    Command: () => quoteGo(truncate ? ellipsis(container.Command, 20) : container.Command),
    CreatedAt: () => formatGoTime(container.Created * 1000),
    ID: () => (truncate ? shortId(container.Id) : container.Id),
    Image: () => imageText(container, truncate),
    Label: (name: string) => container.Labels?.[name] ?? '',
    Labels: () => labelText(container.Labels),
    LocalVolumes: () => String(container.Mounts.filter(mount => mount.Driver === 'local').length),
    Mounts: () => mountText(container, truncate),
    Names: () => nameText(container.Names, truncate),
    Networks: () =>
      Object.keys(container.NetworkSettings?.Networks ?? {})
        .sort()
        .join(','),
    Platform: () => null,
    Ports: () => portText(container.Ports),
    RunningFor: () => `${humanDuration(now - container.Created * 1000)} ago`,
    Size: () => sizeText(container),
    State: () => container.State,
    Status: () => container.Status,
  };
}

/** `a=b,c=d`, by name. */
export function labelText(labels: Readonly<Record<string, string>> | null | undefined): string {
  return Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',');
}

function nameText(names: readonly string[] | null, truncate: boolean): string {
  const plain = (names ?? []).map(name => name.replace(/^\//, ''));
  // Names with a slash are links from other containers.
  return (truncate ? plain.filter(name => !name.includes('/')) : plain).join(',');
}

function imageText(container: ContainerSummary, truncate: boolean): string {
  if (container.Image === '') return '<no image>';
  if (!truncate) return container.Image;
  const id = shortId(container.ImageID);
  if (id !== '' && id === shortId(container.Image)) return id;
  // A name without a domain and a digest is familiar already, and lists have hundreds.
  if (!/[/@]/.test(container.Image)) return container.Image;
  try {
    const { digest: _digest, ...reference } = parseReference(container.Image);
    return reference.tag === undefined ? container.Image : familiarReference(reference);
  } catch {
    return container.Image;
  }
}

function mountText(container: ContainerSummary, truncate: boolean): string {
  return container.Mounts.map(mount => mount.Name || mount.Source)
    .map(name => (truncate ? ellipsis(name, 15) : name))
    .join(',');
}

function sizeText({ SizeRw = 0, SizeRootFs = 0 }: ContainerSummary): string {
  const own = humanSize(SizeRw, 3);
  return SizeRootFs > 0 ? `${own} (virtual ${humanSize(SizeRootFs, 3)})` : own;
}

/** Ports as text; neighbours that are published under their own number become ranges. */
function portText(ports: readonly Port[] | null): string {
  const groups = new Map<string, { first: number; last: number }>();
  const ranges: string[] = [];
  const mapped: string[] = [];
  for (const port of [...(ports ?? [])].sort(comparePorts)) {
    if (port.IP && port.PublicPort !== port.PrivatePort) {
      mapped.push(`${hostPort(port.IP, String(port.PublicPort ?? 0))}->${port.PrivatePort}/${port.Type}`);
      continue;
    }
    const key = `${port.IP ?? ''}/${port.Type}`;
    const group = groups.get(key);
    if (group && port.PrivatePort === group.last + 1) group.last++;
    else {
      if (group) ranges.push(rangeText(key, group));
      groups.set(key, { first: port.PrivatePort, last: port.PrivatePort });
    }
  }
  return [...ranges, ...[...groups].map(([key, group]) => rangeText(key, group)), ...mapped].join(', ');
}

function comparePorts(a: Port, b: Port): number {
  if (a.PrivatePort !== b.PrivatePort) return a.PrivatePort - b.PrivatePort;
  if ((a.IP ?? '') !== (b.IP ?? '')) return (a.IP ?? '') < (b.IP ?? '') ? -1 : 1;
  if (a.PublicPort !== b.PublicPort) return (a.PublicPort ?? 0) - (b.PublicPort ?? 0);
  return a.Type < b.Type ? -1 : 1;
}

function rangeText(key: string, { first, last }: { first: number; last: number }): string {
  const [address = '', protocol] = key.split('/');
  const range = first === last ? String(first) : `${first}-${last}`;
  return `${address === '' ? range : `${hostPort(address, range)}->${range}`}/${protocol}`;
}

/** `127.0.0.1:80`, `[::1]:80`. */
export function hostPort(address: string, port: string): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
