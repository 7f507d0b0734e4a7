// What clients of older API versions mean when they create a container: fields that their version did not have count for
// nothing, and what was the default then still is. What must not be ignored without a word is refused in Docker's words.

import type { HostConfig, Mount } from '../../api/types/container-config.ts';
import type { ContainerCreateRequest } from '../../api/types/containers.ts';
import { isAtLeast } from '../../api/versions.ts';
import { invalid } from '../../lib/errors.ts';

/** The request in today's terms, on a host with `cgroupVersion`; the input stays as it is. Throws `invalid`. */
export function understandCreate(
  request: ContainerCreateRequest,
  version: string,
  cgroupVersion: 1 | 2,
): { request: ContainerCreateRequest; readonlyNonRecursive: boolean } {
  const before = (other: string) => !isAtLeast(version, other);
  refuseLater(request, before);
  // Read-only binds were not recursive.
  const readonlyNonRecursive = before('1.44');
  if (!before('1.48')) return { request, readonlyNonRecursive };
  const understood = { ...request, ...(request.HostConfig && { HostConfig: hostOf(request.HostConfig, before) }) };
  if (before('1.40') && !understood.HostConfig?.IpcMode) {
    understood.HostConfig = { ...understood.HostConfig, IpcMode: 'shareable' };
  }
  if (before('1.41') && cgroupVersion === 1 && !understood.HostConfig?.CgroupnsMode) {
    understood.HostConfig = { ...understood.HostConfig, CgroupnsMode: 'host' };
  }
  if (before('1.44') && request.Healthcheck) understood.Healthcheck = { ...request.Healthcheck, StartInterval: 0 };
  return { request: understood, readonlyNonRecursive };
}

type Before = (version: string) => boolean;

function hostOf(given: HostConfig, before: Before): HostConfig {
  const host = { ...given };
  if (before('1.25')) host.AutoRemove = false;
  if (before('1.40')) delete host.KernelMemoryTCP;
  if (before('1.42')) delete host.ConsoleSize;
  if (before('1.43')) delete host.Annotations;
  if (host.Mounts) host.Mounts = host.Mounts.map(mount => mountOf(mount, before));
  return host;
}

function mountOf(given: Mount, before: Before): Mount {
  if (!before('1.42')) return given;
  const mount = { ...given };
  if (mount.BindOptions) {
    mount.BindOptions = { ...mount.BindOptions, CreateMountpoint: false };
    if (before('1.40')) mount.BindOptions.NonRecursive = false;
  }
  // Options of another type were not looked at.
  if (mount.Type !== 'volume') delete mount.VolumeOptions;
  if (mount.Type !== 'tmpfs') delete mount.TmpfsOptions;
  return mount;
}

/** Whoever asks for these with an old version counts on what would not come. */
function refuseLater({ HostConfig: host, NetworkingConfig: networking }: ContainerCreateRequest, before: Before): void {
  const mounts = host?.Mounts ?? [];
  const needs = (what: string, version: string) => invalid(`${what} needs API v${version} or newer`);
  if (before('1.44')) {
    if (mounts.some(mount => mount.Type === 'bind' && mount.BindOptions?.ReadOnlyForceRecursive)) {
      throw needs('BindOptions.ReadOnlyForceRecursive', '1.44');
    }
    const networks = Object.keys(networking?.EndpointsConfig ?? {});
    if (networks.length > 1) {
      throw invalid(`Container cannot be created with multiple network endpoints: ${networks.join(', ')}`);
    }
  }
  if (before('1.45') && mounts.some(mount => mount.VolumeOptions?.Subpath)) {
    throw needs('VolumeOptions.Subpath', '1.45');
  }
  if (before('1.48') && mounts.some(mount => mount.Type === 'image')) throw needs('Mount type "Image"', '1.48');
}
