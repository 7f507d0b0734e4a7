// `docker create`: from a request to a recorded container with its own layer; nothing runs yet.

import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, rmSync } from 'node:fs';
import { posix } from 'node:path';
import type { ContainerConfig, HostConfig } from '../../../api/types/container-config.ts';
import type {
  ContainerCreateRequest,
  ContainerCreateResponse,
  NetworkingConfig,
} from '../../../api/types/containers.ts';
import { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { invalid } from '../../../lib/errors.ts';
import { rootOutside } from '../../../lib/id-map.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import { readLinks } from '../links/links.ts';
import { type ContainerRecord, zeroTime } from '../state/container.ts';
import { choosePlatform } from './choose-platform.ts';
import { findImage } from './find-image.ts';
import { clampedUlimits } from './limits/clamped-ulimits.ts';
import { discardUnsupported } from './limits/discard-unsupported.ts';
import { mergeImageConfig } from './merge-image-config.ts';
import { bindImages } from './mounts/bind-images.ts';
import { bindVolumes } from './mounts/bind-volumes.ts';
import { collectMounts } from './mounts/collect-mounts.ts';
import { generateName, requireName } from './names.ts';
import { normaliseHostConfig } from './normalise-host-config.ts';
import { containerIds, refuseWithoutHostUsers } from './user-namespace.ts';
import { makeWorkingDirectory, requireBindSources } from './validation/check-places.ts';
import { requireOthers } from './validation/require-others.ts';
import { validateConfiguration } from './validation/validate.ts';

const deprecatedMacAddress =
  'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.';

/**
 * Creates a container; `name` '' or undefined gets a generated one. Throws `invalid` for what cannot be, not-found for
 * a missing image, `conflict` for a taken name; nothing is left behind then.
 */
export async function createContainer(
  engine: Engine,
  input: {
    name?: string;
    platform?: string;
    request: ContainerCreateRequest;
    /** Read-only binds leave what is mounted below them as it is. */
    readonlyNonRecursive?: boolean;
  },
): Promise<ContainerCreateResponse> {
  const { HostConfig: askedHost, NetworkingConfig: networking, ...given } = input.request;
  if (!given.Image && Object.keys(given).length === 0)
    throw invalid('config cannot be empty in order to create a container');
  const { limits: givenHost, warnings } = discardUnsupported(askedHost ?? {}, engine.host);
  validateConfiguration(given, givenHost, {
    cpus: engine.host.cpus(),
    memoryNodes: engine.host.memoryNodes(),
    runtimes: Object.keys(engine.config.runtimes),
  });
  refuseWithoutHostUsers(engine, givenHost);
  refuseFixedAddress(givenHost.NetworkMode, networking);
  engine.logs.validate(givenHost.LogConfig?.Type || engine.config.logDriver, givenHost.LogConfig?.Config ?? {});
  const name = input.name ? requireName(input.name) : generateName(name => engine.containers.isNameFree(name));
  const named = findImage(engine, given.Image ?? '');
  const image = input.platform
    ? choosePlatform(engine.images.platforms(named.id), given.Image ?? '', input.platform)
    : named;
  const config = mergeImageConfig(given, image.config.config);
  const command = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  if (command.length === 0) throw invalid('no command specified');

  requireOthers(engine, givenHost);
  // Nearly every create is followed by a start a few milliseconds later.
  engine.host.anticipateStart();
  const id = randomBytes(32).toString('hex');
  const hostConfig = withNetworkId(
    engine,
    normaliseHostConfig(givenHost, engine.config, engine.host.spec.cgroupVersion),
  );
  const record: ContainerRecord = {
    id,
    name,
    created: new Date().toISOString(),
    imageId: image.id,
    imageName: given.Image ?? '',
    path: command[0]!,
    args: command.slice(1),
    config: fillConfig(config, id, hostConfig.NetworkMode ?? '', engine.config.name),
    hostConfig,
    endpoints: endpointSettings(networking),
    links: readLinks(engine, hostConfig),
    mounts: collectMounts(config, hostConfig, {
      find: reference => engine.containers.get(reference),
      readonlyNonRecursive: input.readonlyNonRecursive,
    }),
    state: createdState(),
    restartCount: 0,
    manuallyStopped: false,
  };

  await using undo = new CleanupStack((step, error) =>
    engine.logger.error(`undo failed: ${step}`, { error, container: id }),
  );
  requireBindSources(record.mounts);
  bindVolumes(engine, record, undo);
  bindImages(engine, record, undo);
  const ids = containerIds(engine, hostConfig);
  engine.images.createContainerLayer(id, image.id, {
    ephemeral: hostConfig.AutoRemove === true,
    remapped: ids !== undefined,
  });
  undo.defer('container layer', () => engine.images.removeContainerLayer(id));
  // That of an image was there, or made, when somebody made the image.
  if (given.WorkingDir) {
    makeWorkingDirectory(engine, id, { path: record.config.WorkingDir ?? '/', owner: ids && rootOutside(ids) });
  }
  const container = engine.containers.add(record);
  undo.defer('record', () => engine.containers.delete(container));
  mkdirSync(container.directory, { recursive: true, mode: 0o710 });
  // Its root passes through to its /etc/hosts and the like.
  if (ids) chownSync(container.directory, 0, rootOutside(ids)?.gid ?? 0);
  undo.defer('directory', () => rmSync(container.directory, { recursive: true, force: true }));
  publishContainerEvent(engine, container, 'create');
  undo.move();
  if (record.mounts.some(mount => mount.type === 'image')) warnings.push('Image mount is an experimental feature');
  warnings.push(...clampedUlimits(givenHost.Ulimits ?? [], engine.host.spec.rlimitCeilings));
  if (given.MacAddress) warnings.push(deprecatedMacAddress);
  return { Id: id, Warnings: warnings };
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

/** The default bridge hands out its addresses itself. */
function refuseFixedAddress(mode: string | undefined, networking: NetworkingConfig | null | undefined): void {
  const onDefault = ['', 'default', 'bridge'].includes(mode ?? '');
  const asked = Object.values(networking?.EndpointsConfig ?? {}).some(settings => settings.IPAMConfig?.IPv4Address);
  if (onDefault && asked) {
    throw invalid(
      'invalid config for network bridge: invalid endpoint settings:\nuser-specified IP address is supported on user-defined networks only',
    );
  }
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
