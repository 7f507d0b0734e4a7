// `--device`, `--gpus`, and the block device limits.

import type { DeviceMapping, DeviceRequest, ThrottleDevice } from '../../api/types/container-config.ts';
import { parseCsvLine } from '../../lib/text/csv-line.ts';
import { parseRamBytes } from '../../lib/text/units.ts';

/** `--device` texts as paths of the host and as devices known to the daemon by a CDI name (`vendor/class=name`). */
export function parseDevices(texts: readonly string[]): { devices: DeviceMapping[]; cdi: string[] } {
  const cdi = texts.filter(text => /^[A-Za-z][\w.-]*\/[A-Za-z][\w.-]*=[\w.:-]+$/.test(text));
  return { devices: texts.filter(text => !cdi.includes(text)).map(parseDevice), cdi };
}

function parseDevice(text: string): DeviceMapping {
  const parts = text.split(':');
  const isMode = (mode: string) => mode !== '' && /^[rwm]+$/.test(mode) && new Set(mode).size === mode.length;
  const bad = (what: string) => new Error(`${what} is not an absolute path`);
  if (text === '' || parts.length > 3) throw new Error(`bad format for path: ${text}`);
  const [host = '', second = '', third] = parts;
  let inside = second === '' ? host : second;
  let permissions = third ?? 'rwm';
  if (third === undefined && isMode(second)) {
    permissions = second;
    inside = host;
  }
  if (third !== undefined && !isMode(third)) throw new Error(`bad mode specified: ${third}`);
  if (!inside.startsWith('/')) throw bad(inside);
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions };
}

/** `--gpus all`, `--gpus 2`, `--gpus driver=…,count=…,device=…,capabilities=…,options=…`. */
export function parseGpus(text: string): DeviceRequest {
  const request: Required<DeviceRequest> = { Driver: '', Count: 0, DeviceIDs: null, Capabilities: null, Options: null };
  const seen = new Set<string>();
  for (const field of parseCsvLine(text)) {
    const equals = field.indexOf('=');
    const key = equals < 0 ? 'count' : field.slice(0, equals);
    if (equals >= 0 && seen.has(key)) throw new Error(`gpu request key '${key}' can be specified only once`);
    seen.add(key);
    applyGpuField(request, key, equals < 0 ? field : field.slice(equals + 1));
  }
  if (!seen.has('count') && request.DeviceIDs === null) request.Count = 1;
  request.Options ??= {};
  const capabilities = request.Capabilities?.[0] ?? [];
  request.Capabilities = [capabilities.includes('gpu') ? capabilities : [...capabilities, 'gpu']];
  return request;
}

function applyGpuField(request: DeviceRequest, key: string, value: string): void {
  switch (key) {
    case 'driver':
      request.Driver = value;
      return;
    case 'count':
      if (value !== 'all' && !/^[+-]?\d+$/.test(value)) {
        throw new Error(`invalid count (${value}): value must be either "all" or an integer: invalid syntax`);
      }
      request.Count = value === 'all' ? -1 : Number(value);
      return;
    case 'device':
      request.DeviceIDs = value.split(',');
      return;
    case 'capabilities':
      request.Capabilities = [value.split(',')];
      return;
    case 'options':
      request.Options = Object.fromEntries(parseCsvLine(value).map(option => splitPair(option)));
      return;
    default:
      throw new Error(`unexpected key '${key}' in '${key}=${value}'`);
  }
}

function splitPair(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** `--blkio-weight-device PATH:WEIGHT`. */
export function parseWeightDevice(text: string): { Path: string; Weight: number } {
  const { path, value } = splitDevice(text);
  if (!/^\d+$/.test(value) || (Number(value) !== 0 && (Number(value) < 10 || Number(value) > 1000))) {
    throw new Error(`invalid weight for device: ${text}`);
  }
  return { Path: path, Weight: Number(value) };
}

/** `--device-read-bps PATH:SIZE`. */
export function parseBytesThrottle(text: string): ThrottleDevice {
  const { path, value } = splitDevice(text);
  try {
    return { Path: path, Rate: parseRamBytes(value) };
  } catch {
    throw new Error(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb`,
    );
  }
}

/** `--device-read-iops PATH:NUMBER`. */
export function parseOperationsThrottle(text: string): ThrottleDevice {
  const { path, value } = splitDevice(text);
  if (!/^\d+$/.test(value)) {
    throw new Error(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>. Number must be a positive integer`,
    );
  }
  return { Path: path, Rate: Number(value) };
}

function splitDevice(text: string): { path: string; value: string } {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1) throw new Error(`bad format: ${text}`);
  const path = text.slice(0, colon);
  if (!path.startsWith('/dev/')) throw new Error(`bad format for device path: ${text}`);
  return { path, value: text.slice(colon + 1) };
}

/** `--device-cgroup-rule 'c 1:3 rwm'`, checked. */
export function checkDeviceRule(text: string): string {
  if (!/^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$/.test(text))
    throw new Error(`invalid device cgroup format '${text}'`);
  return text;
}
