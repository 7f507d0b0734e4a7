// Linux capabilities by name, and Docker's arithmetic on them (--cap-add, --cap-drop, --privileged).

import { invalid } from '../lib/errors.ts';

/** In the kernel's numbering (include/uapi/linux/capability.h): the index is the capability's number. */
const numbered: readonly string[] = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP ' +
  'MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map(name => `CAP_${name}`);

/** Every capability Linux has had up to 6.18. */
export const allCapabilities: readonly string[] = numbered;

/** What a container has unless told otherwise, in Docker's order. */
export const defaultCapabilities: readonly string[] = (
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL ' +
  'AUDIT_WRITE'
)
  .split(' ')
  .map(name => `CAP_${name}`);

/**
 * The capabilities a container gets. Names with or without `CAP_`, any case, `ALL`. `available` limits `ALL` and
 * privileged to what the daemon itself has (Host.capabilities()). Throws `invalid` for a name Linux does not know.
 */
export function resolveCapabilities(o: {
  add: readonly string[];
  drop: readonly string[];
  privileged: boolean;
  available?: readonly string[];
}): string[] {
  const available = o.available ?? allCapabilities;
  if (o.privileged) return allCapabilities.filter(name => available.includes(name));
  const add = o.add.map(name => normalise(name, 'CapAdd'));
  const drop = o.drop.map(name => normalise(name, 'CapDrop'));
  if (add.includes('ALL')) return allCapabilities.filter(name => available.includes(name) && !drop.includes(name));
  const kept = drop.includes('ALL') ? [] : defaultCapabilities.filter(name => !drop.includes(name));
  return [...new Set([...kept, ...add])];
}

function normalise(name: string, key: string): string {
  const upper = name.toUpperCase();
  if (upper === 'ALL') return upper;
  const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  if (!allCapabilities.includes(full)) throw invalid(`invalid ${key}: unknown capability: "${full}"`);
  return full;
}
