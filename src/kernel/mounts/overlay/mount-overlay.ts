// Overlay, by whichever of the kernel's interfaces can take the number of layers.
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cstring, type Libc } from '../../libc/libc.ts';
import { SystemCallError, systemCallError } from '../../libc/system-call-error.ts';
import type { OverlayMount } from '../mounts.ts';
import { optionPage, overlayOptions, overlaySwitches, relativeOverlayOptions } from './overlay-options.ts';

/** System call numbers are the same on every architecture from 424 on. */
const sys = { move_mount: 429, fsopen: 430, fsconfig: 431, fsmount: 432 } as const;
const FSCONFIG_SET_FLAG = 0;
const FSCONFIG_SET_STRING = 1;
const FSCONFIG_CMD_CREATE = 6;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const AT_FDCWD = -100;
/** fsconfig's strings end here, NUL included. */
const fsconfigPage = 256;

/** Mounts overlay; throws SystemCallError (E2BIG: more layers than this kernel's interfaces can take). */
export function mountOverlay(libc: Libc, mount: OverlayMount): void {
  if (mount.volatile && mount.work !== undefined) clearVolatileMark(mount.work);
  const options = overlayOptions(mount);
  if (Buffer.byteLength(options) <= optionPage) {
    mountWithOptions(libc, mount.target, options);
    return;
  }
  try {
    mountByFsopen(libc, mount);
  } catch (error) {
    // Kernels before 6.7 know fsopen or `lowerdir+` not at all, or cut a long string short.
    if (!(error instanceof SystemCallError) || !['ENOSYS', 'EINVAL', 'EPERM'].includes(error.code)) throw error;
    mountRelative(libc, mount);
  }
}

/** The kernel cannot know whether the last volatile mount lost anything; only a crash of the machine loses. */
function clearVolatileMark(work: string): void {
  rmSync(join(work, 'work/incompat/volatile'), { recursive: true, force: true });
}

function mountWithOptions(libc: Libc, target: string, options: string): void {
  const type = cstring('overlay');
  libc.check('mount', libc.call.mount(type, cstring(target), type, 0, cstring(options)), target);
}

function mountByFsopen(libc: Libc, mount: OverlayMount): void {
  const { target } = mount;
  const context = libc.syscall('fsopen', sys.fsopen, [cstring('overlay'), 1], target);
  try {
    using paths = new ShortPaths();
    const set = (key: string, value: string) =>
      libc.syscall('fsconfig', sys.fsconfig, [context, FSCONFIG_SET_STRING, cstring(key), cstring(value), 0], value);
    set('source', 'overlay');
    for (const layer of mount.lower) set('lowerdir+', paths.shorten(layer));
    if (mount.upper !== undefined) set('upperdir', unescapable(paths.shorten(mount.upper)));
    if (mount.work !== undefined) set('workdir', unescapable(paths.shorten(mount.work)));
    for (const [key, value] of overlaySwitches(mount)) set(key, value);
    if (mount.volatile)
      libc.syscall('fsconfig', sys.fsconfig, [context, FSCONFIG_SET_FLAG, cstring('volatile'), null, 0]);
    libc.syscall('fsconfig', sys.fsconfig, [context, FSCONFIG_CMD_CREATE, null, null, 0], target);
    const mounted = libc.syscall('fsmount', sys.fsmount, [context, 1, 0], target);
    try {
      const move = [mounted, cstring(''), AT_FDCWD, cstring(target), MOVE_MOUNT_F_EMPTY_PATH];
      libc.syscall('move_mount', sys.move_mount, move, target);
    } finally {
      libc.call.close(mounted);
    }
  } finally {
    libc.call.close(context);
  }
}

/** `upperdir` and `workdir` are unescaped by overlay here too, unlike `lowerdir+`. */
function unescapable(path: string): string {
  return path.replaceAll('\\', '\\\\');
}

/** The working folder is the process's: nothing else runs before it is set back. */
function mountRelative(libc: Libc, mount: OverlayMount): void {
  const { folder, options } = relativeOverlayOptions(mount);
  if (Buffer.byteLength(options) > optionPage) throw systemCallError('mount', 'E2BIG', mount.target);
  const before = openSync('.', 'r');
  try {
    libc.check('chdir', libc.call.chdir(cstring(folder)), folder);
    try {
      mountWithOptions(libc, mount.target, options);
    } finally {
      libc.check('fchdir', libc.call.fchdir(before), '.');
    }
  } finally {
    closeSync(before);
  }
}

/** Paths too long for one string of fsconfig are named through an open descriptor. */
class ShortPaths implements Disposable {
  readonly #open: number[] = [];

  shorten(path: string): string {
    if (Buffer.byteLength(path) < fsconfigPage) return path;
    const fd = openSync(path, 'r');
    this.#open.push(fd);
    return `/proc/self/fd/${fd}`;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open) closeSync(fd);
  }
}
