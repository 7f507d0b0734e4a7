// `docker create`: from a request to a recorded container with its own layer; nothing runs yet.

import { chownSync, mkdirSync, rmSync } from 'node:fs';
import type { ContainerConfig, HostConfig } from '../../../api/types/container-config.ts';
import type {
  ContainerCreateRequest,
  ContainerCreateResponse,
  NetworkingConfig,
} from '../../../api/types/containers.ts';
import type { Image } from '../../../images/index.ts';
import { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { invalid } from '../../../lib/errors.ts';
import { rootOutside } from '../../../lib/id-map.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import type { ContainerRecord } from '../state/container.ts';
import { choosePlatform } from './choose-platform.ts';
import { findImage } from './find-image.ts';
import { clampedUlimits } from './limits/clamped-ulimits.ts';
import { discardUnsupported } from './limits/discard-unsupported.ts';
import { mergeImageConfig } from './merge-image-config.ts';
import { bindImages } from './mounts/bind-images.ts';
import { bindVolumes } from './mounts/bind-volumes.ts';
import { generateName, requireName } from './names.ts';
import { newRecord } from './new-record.ts';
import { containerIds, refuseWithoutHostUsers } from './user-namespace.ts';
import { makeWorkingDirectory, requireBindSources } from './validation/check-places.ts';
import { requireOthers } from './validation/require-others.ts';
import { validateConfiguration } from './validation/validate.ts';

const deprecatedMacAddress =
  'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.';

interface CreateInput {
  name?: string;
  platform?: string;
  request: ContainerCreateRequest;
  /** Read-only binds leave what is mounted below them as it is. */
  readonlyNonRecursive?: boolean;
}

/**
 * Creates a container; `name` '' or undefined gets a generated one. Throws `invalid` for what cannot be, not-found for
 * a missing image, `conflict` for a taken name; nothing is left behind then.
 */
export async function createContainer(engine: Engine, input: CreateInput): Promise<ContainerCreateResponse> {
  const { HostConfig: askedHost, NetworkingConfig: networking, ...given } = input.request;
  if (!given.Image && Object.keys(given).length === 0)
    throw invalid('config cannot be empty in order to create a container');
  const { limits: host, warnings } = discardUnsupported(askedHost ?? {}, engine.host);
  refuseImpossible(engine, { given, host, networking });
  const name = input.name ? requireName(input.name) : generateName(name => engine.containers.isNameFree(name));
  if (!given.Image && !given.Entrypoint?.length && !given.Cmd?.length) throw invalid('no command specified');
  const image = chooseImage(engine, given.Image ?? '', input.platform);
  const config = mergeImageConfig(given, image.config.config);
  if (!config.Entrypoint?.length && !config.Cmd?.length) throw invalid('no command specified');
  requireOthers(engine, host);
  // Nearly every create is followed by a start a few milliseconds later.
  engine.host.anticipateStart();
  const { readonlyNonRecursive } = input;
  const record = newRecord(engine, { name, config, host, networking, image, readonlyNonRecursive });
  // The working directory of an image was there, or made, when somebody made the image.
  await makeContainer(engine, record, { ownWorkingDirectory: Boolean(given.WorkingDir) });
  if (record.mounts.some(mount => mount.type === 'image')) warnings.push('Image mount is an experimental feature');
  warnings.push(...clampedUlimits(host.Ulimits ?? [], engine.host.spec.rlimitCeilings));
  if (given.MacAddress) warnings.push(deprecatedMacAddress);
  return { Id: record.id, Warnings: warnings };
}

/** Throws `invalid` for what no container can be, whatever its image. */
function refuseImpossible(
  engine: Engine,
  o: { given: ContainerConfig; host: HostConfig; networking: NetworkingConfig | null | undefined },
): void {
  const { given, host, networking } = o;
  validateConfiguration(given, host, {
    cpus: engine.host.cpus(),
    memoryNodes: engine.host.memoryNodes(),
    runtimes: Object.keys(engine.config.runtimes),
  });
  refuseWithoutHostUsers(engine, host);
  refuseFixedAddress(host.NetworkMode, networking);
  engine.logs.validate(host.LogConfig?.Type || engine.config.logDriver, host.LogConfig?.Config ?? {});
}

/** Throws not-found for a name or platform there is no image of. */
function chooseImage(engine: Engine, reference: string, platform: string | undefined): Image {
  const named = findImage(engine, reference);
  return platform ? choosePlatform(engine.images.platforms(named.id), reference, platform) : named;
}

/** Everything a container has before its first start: volumes, its layer, its folder, and the record that makes it one. */
async function makeContainer(
  engine: Engine,
  record: ContainerRecord,
  { ownWorkingDirectory }: { ownWorkingDirectory: boolean },
): Promise<void> {
  const { id, hostConfig } = record;
  await using undo = new CleanupStack((step, error) =>
    engine.logger.error(`undo failed: ${step}`, { error, container: id }),
  );
  requireBindSources(record.mounts);
  bindVolumes(engine, record, undo);
  bindImages(engine, record, undo);
  const ids = containerIds(engine, hostConfig);
  engine.images.createContainerLayer(id, record.imageId, {
    ephemeral: hostConfig.AutoRemove === true,
    remapped: ids !== undefined,
  });
  undo.defer('container layer', () => engine.images.removeContainerLayer(id));
  if (ownWorkingDirectory) {
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
