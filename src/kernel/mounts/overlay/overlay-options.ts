// The option string of an overlay mount.

import type { OverlayMount } from '../mounts.ts';
import { commonParent } from './common-parent.ts';

/** mount(2) copies one page of options, its last byte is the NUL. */
export const optionPage = 4095;

/**
 * Set whatever the kernel was built with: with redirects or metacopy the upper layer would not be the plain difference
 * that `docker diff` and commit read.
 */
export function overlaySwitches(mount: OverlayMount): [string, string][] {
  return [
    ['index', mount.index ? 'on' : 'off'],
    ['metacopy', 'off'],
    ['redirect_dir', 'off'],
  ];
}

/** The options for mount(2), paths escaped: `:` parts lower layers, `,` parts options, `\` escapes both. */
export function overlayOptions(mount: OverlayMount, path: (path: string) => string = path => path): string {
  const layer = (name: string) => path(name).replace(/[\\:,]/g, '\\$&');
  return [
    `lowerdir=${mount.lower.map(layer).join(':')}`,
    ...(mount.upper === undefined ? [] : [`upperdir=${layer(mount.upper)}`]),
    ...(mount.work === undefined ? [] : [`workdir=${layer(mount.work)}`]),
    ...overlaySwitches(mount).map(([name, value]) => `${name}=${value}`),
    ...(mount.volatile ? ['volatile'] : []),
  ].join(',');
}

/** The same with layers named from a folder that contains them all: for kernels that know only the option page. */
export function relativeOverlayOptions(mount: OverlayMount): { folder: string; options: string } {
  const paths = [...mount.lower, mount.upper, mount.work].filter(path => path !== undefined);
  const folder = commonParent(paths);
  const prefix = folder === '/' ? 1 : folder.length + 1;
  return { folder, options: overlayOptions(mount, path => path.slice(prefix)) };
}
