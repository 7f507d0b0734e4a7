// Limits this machine cannot set: Docker leaves them out and says so.

import type { HostConfig } from '../../../../api/types/container-config.ts';
import type { Engine } from '../../../engine.ts';

/** The limits without those that are not supported, and a warning for each of these and for what is dangerous. */
export function discardUnsupported<T extends HostConfig>(
  limits: T,
  host: Pick<Engine['host'], 'blkioWeight' | 'cgroupMode'>,
): { limits: T; warnings: string[] } {
  const memory = discardMemoryKnobs(limits, host.cgroupMode() === 'v2');
  const weights = discardWeights(memory.limits, host);
  return { limits: weights.limits, warnings: [...memory.warnings, ...weights.warnings] };
}

/** What the unified hierarchy has no file for. */
function discardMemoryKnobs<T extends HostConfig>(given: T, unified: boolean): { limits: T; warnings: string[] } {
  const limits = { ...given };
  const warnings: string[] = [];
  if (unified && (limits.MemorySwappiness ?? -1) !== -1) {
    limits.MemorySwappiness = -1;
    warnings.push(
      'Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.',
    );
  }
  if (unified && limits.KernelMemoryTCP) {
    limits.KernelMemoryTCP = 0;
    warnings.push(
      'Your kernel does not support kernel memory TCP limit capabilities or the cgroup is not mounted. Limitation discarded.',
    );
  }
  if (unified && limits.OomKillDisable) {
    limits.OomKillDisable = false;
    warnings.push('Your kernel does not support OomKillDisable. OomKillDisable discarded.');
  }
  if (limits.OomKillDisable && !limits.Memory) {
    warnings.push(
      'OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.',
    );
  }
  return { limits, warnings };
}

function discardWeights<T extends HostConfig>(
  limits: T,
  host: Pick<Engine['host'], 'blkioWeight'>,
): { limits: T; warnings: string[] } {
  const weighed = Boolean(limits.BlkioWeight || limits.BlkioWeightDevice?.length);
  if (!weighed || host.blkioWeight()) return { limits, warnings: [] };
  const missing = (what: string) => `Your kernel does not support Block I/O ${what} or the cgroup is not mounted.`;
  return {
    limits: { ...limits, BlkioWeight: 0, BlkioWeightDevice: [] },
    warnings: [
      ...(limits.BlkioWeight ? [`${missing('weight')} Weight discarded.`] : []),
      ...(limits.BlkioWeightDevice?.length ? [`${missing('weight_device')} Weight-device discarded.`] : []),
    ],
  };
}
