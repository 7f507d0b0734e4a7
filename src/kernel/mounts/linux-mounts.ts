// Mounts by system calls.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IdMap } from '../../lib/id-map.ts';
import { cstring, type Libc } from '../libc/libc.ts';
import { SystemCallError } from '../libc/system-call-error.ts';
import { isMountPoint } from './is-mount-point.ts';
import { bindMapped } from './mapped/bind-mapped.ts';
import { MNT_DETACH, MS, parseMountOptions } from './mount-flags.ts';
import { parseMountinfo } from './mountinfo.ts';
import type { BindMount, MountEntry, Mounts, OverlayMount, Propagation } from './mounts.ts';
import { mountOverlay } from './overlay/mount-overlay.ts';

const MOUNT_SETATTR = 442;
const MOUNT_ATTR_RDONLY = 1n;
const AT_FDCWD = -100;
const AT_RECURSIVE = 0x8000;

const propagationFlags: Record<Propagation, number> = {
  private: MS.PRIVATE,
  rprivate: MS.PRIVATE | MS.REC,
  shared: MS.SHARED,
  rshared: MS.SHARED | MS.REC,
  slave: MS.SLAVE,
  rslave: MS.SLAVE | MS.REC,
};

/** Mounts in the mount namespace of this process. */
export class LinuxMounts implements Mounts {
  readonly #libc: Libc;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  overlay(mount: OverlayMount): void {
    mountOverlay(this.#libc, mount);
  }

  bind(source: string | number, target: string, options: BindMount = {}): void {
    const path = typeof source === 'string' ? source : `/proc/self/fd/${source}`;
    this.#mount(path, target, undefined, MS.BIND | (options.recursive ? MS.REC : 0));
    try {
      if (options.readonly) this.#makeReadonly(target, options.recursive ?? false);
      if (options.propagation) this.setPropagation(target, options.propagation);
    } catch (error) {
      this.unmount(target, { lazy: true });
      throw error;
    }
  }

  bindMapped(source: string, target: string, map: IdMap): Promise<void> {
    return bindMapped(this.#libc, source, target, map);
  }

  tmpfs(target: string, o: { size?: number; mode?: number; options?: string } = {}): void {
    const { flags, data } = parseMountOptions(`nosuid,nodev,${o.options ?? ''}`);
    const own = [
      o.size === undefined ? '' : `size=${o.size}`,
      o.mode === undefined ? '' : `mode=${o.mode.toString(8)}`,
    ];
    this.#mount('tmpfs', target, 'tmpfs', flags, [...own, data].filter(Boolean).join(','));
  }

  mount(o: { type: string; source: string; target: string; options?: string }): void {
    const { flags, data } = parseMountOptions(o.options ?? '');
    this.#mount(o.source, o.target, o.type, flags, data);
    // The kernel ignores every other flag of a bind mount: it takes a second call.
    if (flags & MS.BIND && flags & MS.RDONLY) {
      try {
        this.#makeReadonly(o.target, (flags & MS.REC) !== 0);
      } catch (error) {
        this.unmount(o.target, { lazy: true });
        throw error;
      }
    }
  }

  setPropagation(target: string, propagation: Propagation): void {
    this.#mount('none', target, undefined, propagationFlags[propagation]);
  }

  unmount(target: string, options: { lazy?: boolean } = {}): boolean {
    const result = this.#libc.call.umount2(cstring(target), options.lazy ? MNT_DETACH : 0);
    if (result >= 0) return true;
    const error = new SystemCallError('umount', this.#libc.errno(), target);
    // EINVAL says "not a mount point".
    if (error.code === 'EINVAL' || error.code === 'ENOENT') return false;
    throw error;
  }

  list(): MountEntry[] {
    return parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
  }

  isMounted(target: string): boolean {
    return isMountPoint(this.#libc, target) ?? this.list().some(entry => entry.target === resolve(target));
  }

  #mount(source: string, target: string, type: string | undefined, flags: number, data?: string): void {
    const result = this.#libc.call.mount(
      cstring(source),
      cstring(target),
      type === undefined ? null : cstring(type),
      flags,
      data ? cstring(data) : null,
    );
    this.#libc.check('mount', result, target);
  }

  #makeReadonly(target: string, recursive: boolean): void {
    const attributes = Buffer.alloc(32);
    attributes.writeBigUInt64LE(MOUNT_ATTR_RDONLY, 0);
    const flags = recursive ? AT_RECURSIVE : 0;
    try {
      this.#libc.syscall('mount_setattr', MOUNT_SETATTR, [AT_FDCWD, cstring(target), flags, attributes, 32], target);
    } catch (error) {
      if (!(error instanceof SystemCallError) || error.code !== 'ENOSYS') throw error;
      // Before 5.12; the flags the mount has must be named again or the kernel takes them for cleared.
      const mine = this.list().findLast(entry => entry.target === resolve(target));
      const kept = parseMountOptions(mine?.options ?? '').flags;
      this.#mount('none', target, undefined, kept | MS.REMOUNT | MS.BIND | MS.RDONLY);
    }
  }
}
