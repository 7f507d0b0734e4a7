// `--mount type=…,source=…,target=…`.

import type { Mount } from '../../api/types/container-config.ts';
import { ownEntry } from '../../lib/own-entry.ts';
import { parseCsvLine } from '../../lib/text/csv-line.ts';
import { parseRamBytes } from '../../lib/text/units.ts';
import { parseBool } from '../grammar/flag.ts';

type MountKey = (mount: Mount, value: string, key: string) => void;

/** Reads one `--mount`. Throws a plain Error with Docker's wording. */
export function parseMount(text: string): Mount {
  const mount: Mount = { Type: 'volume' };
  for (const field of parseCsvLine(text)) applyField(mount, field);
  checkMount(mount);
  return mount;
}

function applyField(mount: Mount, field: string): void {
  const equals = field.indexOf('=');
  const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
  if (equals < 0) {
    if (key === 'readonly' || key === 'ro') mount.ReadOnly = true;
    else if (key === 'volume-nocopy') volumeOptions(mount).NoCopy = true;
    else if (key === 'bind-nonrecursive') bindOptions(mount).NonRecursive = true;
    else throw new Error(`invalid field '${field}' must be a key=value pair`);
    return;
  }
  const apply = ownEntry(mountKeys, key);
  if (!apply) throw new Error(`unexpected key '${key}' in '${field}'`);
  apply(mount, field.slice(equals + 1), key);
}

const setSource: MountKey = (mount, value) => {
  mount.Source = value;
};
const setTarget: MountKey = (mount, value) => {
  mount.Target = value;
};
const setReadOnly: MountKey = (mount, value, key) => {
  mount.ReadOnly = checkedBool(value, key);
};

const mountKeys: Readonly<Record<string, MountKey>> = {
  type: (mount, value) => {
    mount.Type = value.toLowerCase() as Mount['Type'];
  },
  source: setSource,
  src: setSource,
  target: setTarget,
  dst: setTarget,
  destination: setTarget,
  readonly: setReadOnly,
  ro: setReadOnly,
  consistency: (mount, value) => {
    mount.Consistency = value.toLowerCase();
  },
  'bind-propagation': (mount, value) => {
    bindOptions(mount).Propagation = value.toLowerCase() as NonNullable<Mount['BindOptions']>['Propagation'];
  },
  'bind-nonrecursive': (mount, value, key) => {
    bindOptions(mount).NonRecursive = checkedBool(value, key);
  },
  'bind-recursive': setRecursive,
  'volume-subpath': (mount, value) => {
    volumeOptions(mount).Subpath = value;
  },
  'volume-nocopy': (mount, value, key) => {
    volumeOptions(mount).NoCopy = checkedBool(value, key);
  },
  'volume-label': (mount, value) => {
    const options = volumeOptions(mount);
    options.Labels = { ...options.Labels, ...pair(value) };
  },
  'volume-driver': (mount, value) => {
    const options = volumeOptions(mount);
    options.DriverConfig = { ...options.DriverConfig, Name: value };
  },
  'volume-opt': (mount, value) => {
    const options = volumeOptions(mount);
    const config = options.DriverConfig ?? {};
    options.DriverConfig = { ...config, Options: { ...config.Options, ...pair(value) } };
  },
  'image-subpath': (mount, value) => {
    mount.ImageOptions = { ...mount.ImageOptions, Subpath: value };
  },
  'tmpfs-size': (mount, value, key) => {
    try {
      tmpfsOptions(mount).SizeBytes = parseRamBytes(value);
    } catch {
      throw new Error(`invalid value for ${key}: ${value}`);
    }
  },
  'tmpfs-mode': (mount, value, key) => {
    if (!/^[0-7]{1,10}$/.test(value)) throw new Error(`invalid value for ${key}: ${value}`);
    tmpfsOptions(mount).Mode = Number.parseInt(value, 8);
  },
};

function setRecursive(mount: Mount, value: string, key: string): void {
  if (value === 'disabled') bindOptions(mount).NonRecursive = true;
  else if (value === 'writable') bindOptions(mount).ReadOnlyNonRecursive = true;
  else if (value === 'readonly') bindOptions(mount).ReadOnlyForceRecursive = true;
  else if (value !== 'enabled') {
    throw new Error(`invalid value for ${key}: ${value} (must be "enabled", "disabled", "writable", or "readonly")`);
  }
}

function checkMount(mount: Mount): void {
  if (!mount.Type) throw new Error('type is required');
  if (!mount.Target) throw new Error('target is required');
  const groups = {
    volume: mount.VolumeOptions,
    image: mount.ImageOptions,
    bind: mount.BindOptions,
    tmpfs: mount.TmpfsOptions,
  };
  for (const [type, options] of Object.entries(groups)) {
    if (options && mount.Type !== type)
      throw new Error(`cannot mix '${type}-*' options with mount type '${mount.Type}'`);
  }
  const { ReadOnlyNonRecursive, ReadOnlyForceRecursive, Propagation } = mount.BindOptions ?? {};
  const conjunction = (value: string, wanted: string) =>
    new Error(`option 'bind-recursive=${value}' requires '${wanted}' to be specified in conjunction`);
  if (ReadOnlyNonRecursive && !mount.ReadOnly) throw conjunction('writable', 'readonly');
  if (ReadOnlyForceRecursive && !mount.ReadOnly) throw conjunction('readonly', 'readonly');
  if (ReadOnlyForceRecursive && Propagation !== 'rprivate') throw conjunction('readonly', 'bind-propagation=rprivate');
}

const bindOptions = (mount: Mount) => (mount.BindOptions ??= {});
const volumeOptions = (mount: Mount) => (mount.VolumeOptions ??= {});
const tmpfsOptions = (mount: Mount) => (mount.TmpfsOptions ??= {});

function checkedBool(value: string, key: string): boolean {
  try {
    return parseBool(value);
  } catch {
    throw new Error(`invalid value for ${key}: ${value}`);
  }
}

function pair(text: string): Record<string, string> {
  const equals = text.indexOf('=');
  return equals < 0 ? { [text]: '' } : { [text.slice(0, equals)]: text.slice(equals + 1) };
}
