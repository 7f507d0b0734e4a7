// `--device` and `--device-cgroup-rule` in the runtime's words.

import { readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceMapping, DeviceRequest, HostConfig } from '../../../api/types/container-config.ts';
import { splitDevice } from '../../../lib/device-number.ts';
import { invalid } from '../../../lib/errors.ts';
import type { OciDevice, OciDeviceRule } from '../../../oci/runtime-spec.ts';

/** Devices to make and the rules that allow them. Throws `invalid` naming the path, rule or request. */
export function describeDevices(host: HostConfig): { devices: OciDevice[]; deviceRules: OciDeviceRule[] } {
  refuseRequests(host.DeviceRequests ?? []);
  const mapped = (host.Devices ?? []).flatMap(expandDevice);
  return {
    devices: mapped.map(entry => entry.device),
    deviceRules: [...mapped.map(entry => entry.rule), ...(host.DeviceCgroupRules ?? []).map(parseRule)],
  };
}

/** A directory stands for the devices in it. */
function expandDevice(mapping: DeviceMapping): { device: OciDevice; rule: OciDeviceRule }[] {
  const path = mapping.PathOnHost ?? '';
  const inside = mapping.PathInContainer || path;
  const access = mapping.CgroupPermissions || 'rwm';
  if (!/^[rwm]{1,3}$/.test(access)) throw invalid(`invalid device mode: ${access}`);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats)
    throw invalid(`error gathering device information while adding custom device "${path}": no such file or directory`);
  const found = stats.isDirectory() ? devicesBelow(path, inside, access) : [];
  if (found.length > 0) return found;
  if (!isDevice(stats))
    throw invalid(`error gathering device information while adding custom device "${path}": not a device node`);
  return [describe(stats, inside, access)];
}

/** Links are left out, and so are not followed out of the directory. */
function devicesBelow(path: string, inside: string, access: string): { device: OciDevice; rule: OciDeviceRule }[] {
  return readdirSync(path, { withFileTypes: true }).flatMap(entry => {
    const [child, target] = [join(path, entry.name), join(inside, entry.name)];
    if (entry.isDirectory()) return devicesBelow(child, target, access);
    return isDevice(entry) ? [describe(statSync(child), target, access)] : [];
  });
}

/** `--gpus` and devices of the Container Device Interface: there is no driver for either here. */
function refuseRequests(requests: readonly DeviceRequest[]): void {
  for (const { Driver: driver = '', DeviceIDs: ids, Capabilities: capabilities } of requests) {
    if (driver === 'cdi') {
      throw invalid(`CDI device injection failed: unresolvable CDI devices ${(ids ?? []).join(', ')}`);
    }
    const asked = (capabilities ?? []).map(list => `[${list.join(' ')}]`).join(' ');
    throw invalid(`could not select device driver "${driver}" with capabilities: [${asked}]`);
  }
}

const isDevice = (stats: Pick<Stats, 'isBlockDevice' | 'isCharacterDevice'>) =>
  stats.isBlockDevice() || stats.isCharacterDevice();

function describe(stats: Stats, path: string, access: string): { device: OciDevice; rule: OciDeviceRule } {
  const type = stats.isBlockDevice() ? 'b' : 'c';
  const numbers = splitDevice(stats.rdev);
  return {
    device: { path, type, ...numbers, fileMode: stats.mode & 0o777, uid: stats.uid, gid: stats.gid },
    rule: { allow: true, type, ...numbers, access },
  };
}

/** `c 1:3 rwm`, numbers may be `*`. */
function parseRule(text: string): OciDeviceRule {
  const match = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text);
  if (!match) throw invalid(`invalid device cgroup rule format: '${text}'`);
  const number = (digits: string) => (digits === '*' ? undefined : Number(digits));
  return {
    allow: true,
    type: match[1] as 'a' | 'b' | 'c',
    major: number(match[2]!),
    minor: number(match[3]!),
    access: match[4]!,
  };
}
