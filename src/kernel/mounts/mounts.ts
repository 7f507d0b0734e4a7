// The mount table as the rest of the project sees it.

import type { IdMap } from '../../lib/id-map.ts';

/** One line of /proc/self/mountinfo; octal escapes are decoded. */
export interface MountEntry {
  id: number;
  parent: number;
  /** The path inside the mounted file system that appears at `target`. */
  root: string;
  target: string;
  /** Per-mount options, comma separated (`rw,nosuid`). */
  options: string;
  /** Optional fields: `shared:3`, `master:1`, `unbindable`; empty for a private mount. */
  propagation: string[];
  type: string;
  source: string;
  /** Options of the file system (overlay's `lowerdir=` is here). */
  superOptions: string;
}

export type Propagation = 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave';

export interface OverlayMount {
  /** Read-only layers, topmost first; at least one. */
  lower: string[];
  /** Absent together with `work`: a read-only overlay of at least two lower layers. */
  upper?: string;
  work?: string;
  target: string;
  /** Keeps hard links whole over copy-up; off unless asked for, whatever the kernel's default is. */
  index?: boolean;
  /**
   * Nothing is ever synced to disk (Linux 5.10): unmounting does not wait for it, and fsync inside does nothing. The
   * kernel leaves a mark in `work` that forbids a second mount; see `overlay`.
   */
  volatile?: boolean;
}

export interface BindMount {
  /** Submounts of the source come along. */
  recursive?: boolean;
  /** With `recursive`, submounts become read-only too where the kernel can (5.12). */
  readonly?: boolean;
  propagation?: Propagation;
}

/** mount(2) and its relatives. Every method throws SystemCallError. */
export interface Mounts {
  /** Mounts overlay; copes with more layers than the 4096-byte option page holds, and with `:` `,` `\` in paths. */
  overlay(mount: OverlayMount): void;
  /** Bind mounts a path, or what a descriptor is open on; undoes itself when a later step (read-only, propagation) fails. */
  bind(source: string | number, target: string, options?: BindMount): void;
  /**
   * A private bind mount, without submounts, in which a file of `containerId` on disk belongs to `hostId`. Throws
   * `system` where unshare(1) is missing or the kernel or the file system cannot.
   */
  bindMapped(source: string, target: string, map: IdMap): Promise<void>;
  /** `size` in bytes, `mode` as in chmod; `options` are appended as they are. Always nosuid,nodev. */
  tmpfs(target: string, options?: { size?: number; mode?: number; options?: string }): void;
  /** Any other file system, by mount(8)'s comma-separated options (`rw,noatime,addr=…`). */
  mount(o: { type: string; source: string; target: string; options?: string }): void;
  /** Changes how mounts made below `target` spread. */
  setPropagation(target: string, propagation: Propagation): void;
  /** Unmounts the topmost mount at `target`; false if nothing was mounted there. `lazy`: detach even when busy. */
  unmount(target: string, options?: { lazy?: boolean }): boolean;
  list(): MountEntry[];
  isMounted(target: string): boolean;
}
