// Limits this machine cannot set: Docker leaves them out and says so.

import type { HostConfig } from '../../../api/types/container-config.ts';
import type { Engine } from '../../engine.ts';

/** The limits without those that are not supported, and a warning for each of these. */
export function discardUnsupported<T extends HostConfig>(
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
