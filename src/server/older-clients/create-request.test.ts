// What older clients mean by a create request.

import { expect, test } from 'bun:test';
import type { HostConfig } from '../../api/types/container-config.ts';
import type { ContainerCreateRequest } from '../../api/types/containers.ts';
import { errorMessage } from '../../lib/errors.ts';
import { understandCreate } from './create-request.ts';

const understand = (request: ContainerCreateRequest, version: string) => understandCreate(request, version, 2);
const hostOf = (HostConfig: HostConfig, version: string) => understand({ HostConfig }, version).request.HostConfig;

function refusal(run: () => unknown): string {
  try {
    run();
    return '';
  } catch (error) {
    return errorMessage(error);
  }
}

test('a client of today is taken at its word', () => {
  const request = { HostConfig: { ConsoleSize: [1, 2] as [number, number], Annotations: { a: 'b' } } };
  expect(understand(request, '1.51')).toEqual({ request, readonlyNonRecursive: false });
});

test('what came later counts for nothing', () => {
  const host: HostConfig = { ConsoleSize: [1, 2], Annotations: { a: 'b' }, AutoRemove: true };
  expect(hostOf(host, '1.42')).toEqual({ ConsoleSize: [1, 2], AutoRemove: true });
  expect(hostOf(host, '1.41')).toEqual({ AutoRemove: true });
  expect(hostOf(host, '1.24')).toEqual({ AutoRemove: false, IpcMode: 'shareable' });
  const Healthcheck = { Test: ['CMD', 'true'], StartInterval: 5 };
  expect(understand({ Healthcheck }, '1.43').request.Healthcheck?.StartInterval).toBe(0);
});

test('before 1.40 IPC is shareable unless something else is asked for', () => {
  expect(understand({}, '1.39').request.HostConfig).toEqual({ IpcMode: 'shareable' });
  expect(hostOf({ IpcMode: 'private' }, '1.39')?.IpcMode).toBe('private');
  expect(understand({}, '1.40').request.HostConfig).toBeUndefined();
});

test('before 1.41 the groups of cgroup v1 are those of the host unless something else is asked for', () => {
  const modeOf = (version: string, cgroups: 1 | 2, HostConfig: HostConfig = {}) =>
    understandCreate({ HostConfig }, version, cgroups).request.HostConfig?.CgroupnsMode;
  expect(modeOf('1.40', 1)).toBe('host');
  expect(modeOf('1.40', 1, { CgroupnsMode: 'private' })).toBe('private');
  expect([modeOf('1.40', 2), modeOf('1.41', 1)]).toEqual([undefined, undefined]);
});

test('before 1.42 options of mounts of another type are not looked at, nor is a source made', () => {
  const Mounts: HostConfig['Mounts'] = [
    { Type: 'bind', BindOptions: { CreateMountpoint: true, NonRecursive: true }, VolumeOptions: { NoCopy: true } },
    { Type: 'volume', TmpfsOptions: { SizeBytes: 1 }, VolumeOptions: { NoCopy: true } },
  ];
  expect(hostOf({ Mounts }, '1.41')?.Mounts).toEqual([
    { Type: 'bind', BindOptions: { CreateMountpoint: false, NonRecursive: true } },
    { Type: 'volume', VolumeOptions: { NoCopy: true } },
  ]);
  expect(hostOf({ Mounts }, '1.39')?.Mounts?.[0]?.BindOptions?.NonRecursive).toBe(false);
  expect(hostOf({ Mounts }, '1.42')?.Mounts).toEqual(Mounts);
});

test('before 1.44 read-only binds are not recursive', () => {
  expect(understand({}, '1.43').readonlyNonRecursive).toBe(true);
  expect(understand({}, '1.44').readonlyNonRecursive).toBe(false);
});

test('what an old client would count on in vain is refused', () => {
  const force = { Mounts: [{ Type: 'bind' as const, BindOptions: { ReadOnlyForceRecursive: true } }] };
  expect(refusal(() => hostOf(force, '1.43'))).toBe('BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer');
  const subpath = { Mounts: [{ Type: 'volume' as const, VolumeOptions: { Subpath: 's' } }] };
  expect(refusal(() => hostOf(subpath, '1.44'))).toBe('VolumeOptions.Subpath needs API v1.45 or newer');
  const image = { Mounts: [{ Type: 'image' as const }] };
  expect(refusal(() => hostOf(image, '1.47'))).toBe('Mount type "Image" needs API v1.48 or newer');
  const networks = { NetworkingConfig: { EndpointsConfig: { a: {}, b: {} } } };
  expect(refusal(() => understand(networks, '1.43'))).toBe(
    'Container cannot be created with multiple network endpoints: a, b',
  );
  expect(refusal(() => understand(networks, '1.44'))).toBe('');
});
