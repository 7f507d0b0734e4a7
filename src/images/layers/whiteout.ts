// How layers say "this is gone", in archives (OCI: `.wh.` names) and on disk (overlay: devices and an attribute).

const prefix = '.wh.';
const metaPrefix = '.wh..wh.';
const opaqueName = '.wh..wh..opq';

/** The attribute that hides everything below a directory, and its value. */
export const opaqueAttribute = 'trusted.overlay.opaque';
export const opaqueValue = Buffer.from('y');

/**
 * What the last part of a name means: `plain` a file, `opaque` its directory hides what is below, `hides` the name it
 * removes, `ignored` a leftover of AUFS.
 */
type Whiteout = { kind: 'plain' } | { kind: 'opaque' } | { kind: 'ignored' } | { kind: 'hides'; name: string };

const plain: Whiteout = { kind: 'plain' };

/** `base`: the last part of an entry's name in an archive. */
export function parseWhiteout(base: string): Whiteout {
  if (!base.startsWith(prefix)) return plain;
  if (base === opaqueName) return { kind: 'opaque' };
  if (base.startsWith(metaPrefix)) return { kind: 'ignored' };
  const name = base.slice(prefix.length);
  return name === '' || name === '.' || name === '..' ? { kind: 'ignored' } : { kind: 'hides', name };
}

/** Attributes an archive may not set: they would steer overlay itself. */
export function isOverlayAttribute(name: string): boolean {
  return name.startsWith('trusted.overlay.') || name.startsWith('user.overlay.');
}

/** The name in an archive that takes `name` away. */
export function whiteoutName(name: string): string {
  const slash = name.lastIndexOf('/') + 1;
  return `${name.slice(0, slash)}${prefix}${name.slice(slash)}`;
}

/** The name in an archive that says that a directory hides what is below. */
export function opaqueWhiteout(directory: string): string {
  return `${directory}/${opaqueName}`;
}
