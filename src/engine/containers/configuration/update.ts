// `docker update`: other limits and another restart policy for a container that exists, at once if it runs.

import type { HostConfig, RestartPolicy } from '../../../api/types/container-config.ts';
import type { ContainerUpdateRequest, ContainerUpdateResponse } from '../../../api/types/containers.ts';
import { BerthError, conflict, errorKind, errorMessage } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import { describeResources } from '../launch/describe-resources.ts';
import type { Container } from '../state/container.ts';
import { discardUnsupported } from './limits/discard-unsupported.ts';
import { validateLimits, validateRestartPolicy } from './validation/validate.ts';

/** What can change; of other fields in a request nothing is made, as in Docker. */
const changeable = [
  'BlkioWeight',
  'CpuShares',
  'NanoCpus',
  'CpuPeriod',
  'CpuQuota',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
  'CpusetCpus',
  'CpusetMems',
  'Memory',
  'MemorySwap',
  'MemoryReservation',
] as const satisfies (keyof HostConfig)[];

type Limits = Pick<HostConfig, (typeof changeable)[number] | 'PidsLimit'>;

/**
 * Values of zero stay as they are; what the machine cannot do is left out with a warning. Throws `invalid` for what
 * cannot be, not-found, `conflict` for what does not go with the rest, `system` with the runtime's words; nothing has
 * changed then.
 */
export async function updateContainer(
  engine: Engine,
  reference: string,
  request: ContainerUpdateRequest,
): Promise<ContainerUpdateResponse> {
  const policy = request.RestartPolicy?.Name ? { MaximumRetryCount: 0, ...request.RestartPolicy } : undefined;
  const { limits: supported, warnings } = discardUnsupported(request, engine.host);
  const limits = changedLimits(supported);
  validateRestartPolicy({ RestartPolicy: policy });
  validateLimits(limits, {
    cpus: engine.host.cpus(),
    memoryNodes: engine.host.memoryNodes(),
    update: true,
  });
  const container = engine.containers.get(reference);
  using _lock = await engine.locks.acquire(container.id);
  try {
    await apply(engine, container, limits, policy);
  } catch (error) {
    const message = `Cannot update container ${container.id}: ${errorMessage(error)}`;
    throw new BerthError(errorKind(error), message, { cause: error });
  }
  publishContainerEvent(engine, container, 'update');
  return { Warnings: warnings.length > 0 ? warnings : null };
}

/** The limits a request sets. A limit of processes below 1 means none, which is written as 0. */
function changedLimits(request: ContainerUpdateRequest): Limits {
  const limits = Object.fromEntries(changeable.filter(key => request[key]).map(key => [key, request[key]])) as Limits;
  if (request.PidsLimit != null) limits.PidsLimit = Math.max(0, request.PidsLimit);
  return limits;
}

async function apply(
  engine: Engine,
  container: Container,
  limits: Limits,
  policy: RestartPolicy | undefined,
): Promise<void> {
  const { record } = container;
  if (container.removing || container.removed || container.state.Dead) {
    throw conflict('container is marked for removal and cannot be "update"');
  }
  requireFitting(record.hostConfig, limits, policy);
  if (container.running && Object.keys(limits).length > 0) {
    const unlimited = limits.PidsLimit === 0 ? { pidsLimit: -1 } : {};
    await engine.runtime.update(container.id, { ...describeResources(limits), ...unlimited });
  }
  record.hostConfig = { ...record.hostConfig, ...limits, ...(policy && { RestartPolicy: policy }) };
  engine.containers.save(container, { durable: true });
}

/** Throws `conflict` where new settings contradict those that stay. */
function requireFitting(host: HostConfig, limits: Limits, policy: RestartPolicy | undefined): void {
  const refuse = (what: string, why: string) =>
    conflict(`Conflicting options: ${what} cannot be updated as ${why} has already been set`);
  if (limits.NanoCpus && host.CpuPeriod) throw refuse('Nano CPUs', 'CPU Period');
  if (limits.NanoCpus && host.CpuQuota) throw refuse('Nano CPUs', 'CPU Quota');
  if (limits.CpuPeriod && host.NanoCpus) throw refuse('CPU Period', 'NanoCPUs');
  if (limits.CpuQuota && host.NanoCpus) throw refuse('CPU Quota', 'NanoCPUs');
  if (limits.Memory && limits.Memory > (host.MemorySwap ?? 0) && !limits.MemorySwap) {
    throw conflict(
      'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
    );
  }
  if (host.AutoRemove && policy && policy.Name !== 'no') {
    throw conflict('Restart policy cannot be updated because AutoRemove is enabled for the container');
  }
}
