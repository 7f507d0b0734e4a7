// Limits of processes that the daemon itself may not exceed, and so cannot give.

import type { HostConfig } from '../../../../api/types/container-config.ts';

/** A warning for each that will be lowered. `ceilings`: the host's hard limits by name (`RLIMIT_NOFILE`); -1 is none. */
export function clampedUlimits(
  ulimits: NonNullable<HostConfig['Ulimits']>,
  ceilings: Readonly<Record<string, number>>,
): string[] {
  return ulimits.flatMap(({ Name: name = '', Soft: soft = 0, Hard: hard = 0 }) => {
    const ceiling = ceilings[`RLIMIT_${name.toUpperCase()}`];
    if (ceiling === undefined || [soft, hard].every(value => value >= 0 && value <= ceiling)) return [];
    return `Your host does not allow a ulimit ${name} of ${soft}:${hard}. Lowered to its own hard limit of ${ceiling}.`;
  });
}
