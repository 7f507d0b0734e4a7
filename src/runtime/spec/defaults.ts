// Docker's defaults for a Linux container.

import type { OciDevice, OciDeviceRule } from '../../oci/runtime-spec.ts';

/** Hidden from an unprivileged container. */
export const defaultMaskedPaths: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];

/** Read-only in an unprivileged container. */
export const defaultReadonlyPaths: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

/** Beyond what every OCI runtime makes itself (null, zero, full, random, urandom, tty, ptmx): none. */
export const defaultDevices: readonly OciDevice[] = [];

export const defaultDeviceRules: readonly OciDeviceRule[] = [];
