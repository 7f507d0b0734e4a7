// `docker inspect` of a container.

import type { ContainerInspectResponse } from '../../../api/types/containers.ts';
import type { Engine } from '../../engine.ts';
import { describeLinks } from '../links/links.ts';
import { logTarget } from '../log-target.ts';
import type { Container } from '../state/container.ts';
import { networkOwner } from '../state/network-owner.ts';
import { describeMounts } from './mount-points.ts';
import { describeNetworkSettings } from './network-settings.ts';

/** Throws not-found. With `size`, the bytes of the container's own layer and of all of it. */
export async function inspectContainer(
  engine: Engine,
  reference: string,
  options: { size?: boolean } = {},
): Promise<ContainerInspectResponse> {
  const container = engine.containers.get(reference);
  const { record } = container;
  const files = networkOwner(engine.containers, container);
  return {
    Id: record.id,
    Created: record.created,
    Path: record.path,
    Args: record.args,
    State: record.state,
    Image: record.imageId,
    ResolvConfPath: files.file('resolv.conf'),
    HostnamePath: files.file('hostname'),
    HostsPath: files.file('hosts'),
    LogPath: engine.logs.path(logTarget(container)) ?? '',
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: container.execIds.size > 0 ? [...container.execIds] : null,
    HostConfig: { ...record.hostConfig, Links: describeLinks(engine, container) },
    GraphDriver: { Name: 'overlay2', Data: layerPaths(engine, container) },
    ...(options.size ? await containerSizes(engine, container) : {}),
    Mounts: describeMounts(container),
    Config: record.config,
    NetworkSettings: describeNetworkSettings(engine, container),
  };
}

function layerPaths(engine: Pick<Engine, 'images'>, container: Container): Record<string, string> {
  const layer = engine.images.containerLayer(container.id);
  if (!layer) return {};
  return {
    ID: container.id,
    LowerDir: layer.lower.join(':'),
    MergedDir: layer.merged,
    UpperDir: layer.upper,
    WorkDir: layer.upper.replace(/upper$/, 'work'),
  };
}

/** Bytes written by the container, and with its image. */
export async function containerSizes(engine: Pick<Engine, 'images' | 'host'>, container: Container) {
  const layer = engine.images.containerLayer(container.id);
  const own = layer ? await engine.host.diskUsage(layer.upper) : 0;
  return { SizeRw: own, SizeRootFs: own + (engine.images.find(container.record.imageId)?.size ?? 0) };
}
