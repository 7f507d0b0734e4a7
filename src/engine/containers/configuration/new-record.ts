// The record of a container that has just been asked for: what was said, what the image says, and Docker's defaults.

import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { ContainerConfig, HostConfig } from '../../../api/types/container-config.ts';
import type { NetworkingConfig } from '../../../api/types/containers.ts';
import type { Image } from '../../../images/index.ts';
import type { Engine } from '../../engine.ts';
import { readLinks } from '../links/links.ts';
import { type ContainerRecord, zeroTime } from '../state/container.ts';
import { collectMounts } from './mounts/collect-mounts.ts';
import { settlePropagation } from './mounts/propagation.ts';
import { normaliseHostConfig } from './normalise-host-config.ts';

interface Facts {
  readonly name: string;
  /** With what the image says; it has a command. */
  readonly config: ContainerConfig;
  readonly host: HostConfig;
  readonly networking: NetworkingConfig | null | undefined;
  readonly image: Image;
  readonly readonlyNonRecursive: boolean | undefined;
}

/** With an id of its own; nothing is kept yet. Throws what links and mounts throw that cannot be. */
export function newRecord(engine: Engine, o: Facts): ContainerRecord {
  const { name, config, image } = o;
  const id = randomBytes(32).toString('hex');
  const hostConfig = withNetworkId(engine, normaliseHostConfig(o.host, engine.config, engine.host.spec.cgroupVersion));
  const [path = '', ...args] = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  return {
    id,
    name,
    created: new Date().toISOString(),
    imageId: image.id,
    imageName: config.Image ?? '',
    path,
    args,
    config: fillConfig(config, id, hostConfig.NetworkMode ?? '', engine.config.name),
    hostConfig,
    endpoints: endpointSettings(o.networking),
    links: readLinks(engine, hostConfig),
    mounts: collectMounts(config, hostConfig, {
      find: reference => engine.containers.get(reference),
      readonlyNonRecursive: o.readonlyNonRecursive,
    }).map(mount => settlePropagation(mount, { dataRoot: engine.config.dataRoot, host: engine.host })),
    state: createdState(),
    restartCount: 0,
    manuallyStopped: false,
  };
}

/** `container:` with the id: the other may be renamed. One that is not there is missed at the start. */
function withNetworkId(engine: Pick<Engine, 'containers'>, host: HostConfig): HostConfig {
  const [kind, reference = ''] = (host.NetworkMode ?? '').split(':', 2);
  const other = kind === 'container' ? engine.containers.find(reference) : undefined;
  return other ? { ...host, NetworkMode: `container:${other.id}` } : host;
}

/** Clients call the network of `NetworkMode: default` so, too. */
function endpointSettings(networking: NetworkingConfig | null | undefined): ContainerRecord['endpoints'] {
  const { default: onDefault, ...named } = networking?.EndpointsConfig ?? {};
  return onDefault ? { bridge: onDefault, ...named } : named;
}

function fillConfig(config: ContainerConfig, id: string, networkMode: string, hostName: string): ContainerConfig {
  const ownHostname = networkMode === 'host' ? hostName : id.slice(0, 12);
  return {
    ...config,
    Hostname: config.Hostname || ownHostname,
    Domainname: config.Domainname ?? '',
    User: config.User ?? '',
    AttachStdin: config.AttachStdin ?? false,
    AttachStdout: config.AttachStdout ?? false,
    AttachStderr: config.AttachStderr ?? false,
    Tty: config.Tty ?? false,
    OpenStdin: config.OpenStdin ?? false,
    StdinOnce: config.StdinOnce ?? false,
    Env: config.Env ?? [],
    Cmd: config.Cmd ?? null,
    Image: config.Image ?? '',
    Volumes: config.Volumes ?? null,
    WorkingDir: config.WorkingDir ? posix.normalize(config.WorkingDir).replace(/(.)\/$/, '$1') : '',
    Entrypoint: config.Entrypoint ?? null,
    OnBuild: config.OnBuild ?? null,
    Labels: config.Labels ?? {},
  };
}

function createdState(): ContainerRecord['state'] {
  return {
    Status: 'created',
    Running: false,
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: 0,
    ExitCode: 0,
    Error: '',
    StartedAt: zeroTime,
    FinishedAt: zeroTime,
  };
}
