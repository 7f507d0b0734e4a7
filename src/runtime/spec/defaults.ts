// Docker's defaults for a Linux container.

import type { OciDevice, OciDeviceRule } from '../../oci/runtime-spec.ts';

/** Hidden from an unprivileged container. */
export const defaultMaskedPaths: readonly string[] = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

/** Read-only in an unprivileged container. */
export const defaultReadonlyPaths: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

/** Beyond those every OCI runtime makes itself (null, zero, full, random, urandom, tty, console, ptmx): none. */
export const defaultDevices: readonly OciDevice[] = [];

/** All devices denied but zero, null, urandom, random, tty and console; fuse stays closed even if mknod succeeds. */
export const defaultDeviceRules: readonly OciDeviceRule[] = [
  { allow: false, access: 'rwm' },
  ...[
    [1, 5],
    [1, 3],
    [1, 9],
    [1, 8],
    [5, 0],
    [5, 1],
  ].map(([major, minor]): OciDeviceRule => ({ allow: true, type: 'c', major, minor, access: 'rwm' })),
  { allow: false, type: 'c', major: 10, minor: 229, access: 'rwm' },
];

/** Bytes of /dev/shm. */
export const defaultShmSize = 64 * 1024 * 1024;

/**
 * Open files, where nothing else is asked for: what service managers give a daemon's children. It must be stated,
 * because the daemon's own soft limit is raised to the hard one.
 */
export const defaultOpenFiles = { soft: 1024, hard: 524_288 } as const;
