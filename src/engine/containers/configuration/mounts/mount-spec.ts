// The structured form of a mount (`--mount`, HostConfig.Mounts) and of `--tmpfs`.

import { posix } from 'node:path';
import type { Mount } from '../../../../api/types/container-config.ts';
import { invalid, notImplemented } from '../../../../lib/errors.ts';
import type { ContainerMount } from '../../state/container-mount.ts';

/**
 * A mount whose volume, if it is one, has no source yet. Throws `invalid` with Docker's wording, not-implemented for a
 * cluster volume.
 */
export function parseMount(mount: Mount): ContainerMount {
  const type = mount.Type ?? ('' as string);
  const refuse = (why: string) => invalid(`invalid mount config for type "${type}": ${why}`);
  const target = mount.Target ?? '';
  if (target === '') throw refuse('field Target must not be empty');
  if (!target.startsWith('/')) throw refuse(`invalid mount path: '${target}' mount path must be absolute`);
  const destination = posix.normalize(target).replace(/(.)\/$/, '$1');
  if (destination === '/') throw refuse("invalid specification: destination can't be '/'");
  const common = { destination, readWrite: mount.ReadOnly !== true, hidden: false };
  switch (type) {
    case 'bind':
      return { ...common, type, ...bindPart(mount, refuse) };
    case 'volume':
      return { ...common, type, ...volumePart(mount, refuse) };
    case 'tmpfs':
      return { ...common, type, ...tmpfsPart(mount, refuse) };
    case 'image':
      return { ...common, type, ...imagePart(mount, refuse), readWrite: false };
    case 'cluster':
      throw notImplemented(`mount type "${type}" is not implemented yet`);
    default:
      throw refuse('mount type unknown');
  }
}

type Part = Omit<ContainerMount, 'type' | 'destination' | 'readWrite' | 'hidden'>;
type Refuse = (why: string) => Error;

const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'];

const misplaced = (field: string, type: string) => invalid(`${field} must not be specified on mount type "${type}"`);

function bindPart(mount: Mount, refuse: Refuse): Part {
  const source = mount.Source ?? '';
  if (source === '') throw refuse('field Source must not be empty');
  if (!source.startsWith('/')) throw refuse(`invalid mount path: '${source}' mount path must be absolute`);
  if (mount.VolumeOptions) throw misplaced('VolumeOptions', 'bind');
  if (mount.TmpfsOptions) throw misplaced('TmpfsOptions', 'bind');
  if (mount.ImageOptions) throw refuse('field ImageOptions must not be specified');
  const options = mount.BindOptions;
  if (options?.Propagation && !propagations.includes(options.Propagation)) {
    throw refuse(`invalid propagation mode: ${options.Propagation}`);
  }
  return {
    source: posix.normalize(source).replace(/(.)\/$/, '$1'),
    mode: '',
    propagation: options?.Propagation || '',
    nonRecursive: options?.NonRecursive,
    readonlyNonRecursive: options?.ReadOnlyNonRecursive,
    createSource: options?.CreateMountpoint,
  };
}

function volumePart(mount: Mount, refuse: Refuse): Part {
  if (mount.BindOptions) throw misplaced('BindOptions', 'volume');
  if (mount.TmpfsOptions) throw misplaced('TmpfsOptions', 'volume');
  if (mount.ImageOptions) throw refuse('field ImageOptions must not be specified');
  const options = mount.VolumeOptions;
  const subpath = relativeSubpath(options?.Subpath, refuse);
  const name = mount.Source || undefined;
  if (!name && subpath) throw refuse('must not set Subpath when using anonymous volumes');
  if (!name && mount.ReadOnly) throw refuse('must not set ReadOnly mode when using anonymous volumes');
  return {
    source: '',
    name,
    driver: options?.DriverConfig?.Name || undefined,
    mode: 'z',
    propagation: '',
    noCopy: options?.NoCopy,
    subpath,
    anonymous: name === undefined,
  };
}

function imagePart(mount: Mount, refuse: Refuse): Part {
  if (!mount.Source) throw refuse('field Source must not be empty');
  for (const field of ['BindOptions', 'VolumeOptions', 'TmpfsOptions'] as const) {
    if (mount[field]) throw misplaced(field, 'image');
  }
  const subpath = relativeSubpath(mount.ImageOptions?.Subpath, refuse);
  return { source: '', name: mount.Source, mode: '', propagation: 'rprivate', subpath };
}

/** Docker says "volume" of images, too. */
function relativeSubpath(subpath: string | undefined, refuse: Refuse): string | undefined {
  if (!subpath) return undefined;
  if (!subpath.startsWith('/') && !subpath.split('/').includes('..')) return subpath;
  throw refuse('subpath must be a relative path within the volume');
}

function tmpfsPart(mount: Mount, refuse: Refuse): Part {
  if (mount.Source) throw refuse('field Source must not be specified');
  if (mount.BindOptions) throw misplaced('BindOptions', 'tmpfs');
  const { SizeBytes: size = 0, Mode: mode = 0, Options: extra = [] } = mount.TmpfsOptions ?? {};
  if (size < 0) throw refuse('tmpfs size must not be negative');
  const options = [
    ...(size > 0 ? [`size=${size}`] : []),
    ...(mode ? [`mode=${mode.toString(8)}`] : []),
    ...(extra ?? []).map(pair => pair.join('=')),
  ];
  return { source: '', mode: '', propagation: '', options };
}

/** One `--tmpfs path:options`. */
export function parseTmpfs(path: string, options: string): ContainerMount {
  if (!path.startsWith('/')) throw invalid(`invalid mount path: '${path}' mount path must be absolute`);
  const destination = posix.normalize(path).replace(/(.)\/$/, '$1');
  if (destination === '/') throw invalid("invalid specification: destination can't be '/'");
  const words = options.split(',').filter(word => word !== '');
  return {
    type: 'tmpfs',
    destination,
    source: '',
    mode: options,
    readWrite: !words.includes('ro'),
    propagation: '',
    options: words.filter(word => word !== 'ro' && word !== 'rw'),
    hidden: true,
  };
}

const tmpfsFlags = new Set(
  'defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime nodiratime bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime strictatime nostrictatime'.split(
    ' ',
  ),
);
const tmpfsKeys = ['size', 'mode', 'uid', 'gid', 'nr_inodes', 'nr_blocks', 'mpol'];

/** Throws `invalid`; Docker looks at them when the container starts. */
export function requireTmpfsOption(word: string): void {
  const [key = '', value] = word.split('=', 2);
  if (value === undefined ? tmpfsFlags.has(word) : tmpfsKeys.includes(key)) return;
  throw invalid(`invalid tmpfs option ${JSON.stringify(value === undefined ? word : key)}`);
}
