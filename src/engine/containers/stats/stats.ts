// `docker stats`: what a container uses, once or every second.

import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerStatsResponse } from '../../../api/types/stats.ts';
import { invalid } from '../../../lib/errors.ts';
import type { Engine } from '../../engine.ts';
import type { Container } from '../state/container.ts';
import { networkOwner } from '../state/network-owner.ts';
import { emptySample, measure } from './describe-usage.ts';

/** Milliseconds between two samples. */
const rhythm = 1000;

type Rooms = Pick<Engine, 'containers' | 'runtime' | 'networks' | 'host'>;

/**
 * A sample a second until the container is removed or `signal`; without `stream` only the second one, whose processor
 * figures have something to be compared with; with `oneShot` the first, at once. A container that does not run has
 * samples of zeros. Throws not-found and `invalid` at once.
 */
export function readStats(
  engine: Rooms,
  reference: string,
  options: { stream: boolean; oneShot: boolean },
  signal: AbortSignal,
): AsyncGenerator<ContainerStatsResponse> {
  const container = engine.containers.get(reference);
  if (options.stream && options.oneShot) throw invalid('cannot have stream=true and one-shot=true');
  if (options.stream) return streamStats(engine, container, signal);
  return options.oneShot ? once(engine, container) : compared(engine, container, signal);
}

async function* once(engine: Rooms, container: Container): AsyncGenerator<ContainerStatsResponse> {
  yield sample(engine, container) ?? named(container, emptySample());
}

async function* compared(
  engine: Rooms,
  container: Container,
  signal: AbortSignal,
): AsyncGenerator<ContainerStatsResponse> {
  const first = sample(engine, container);
  if (!first) return yield named(container, emptySample());
  await delay(rhythm, undefined, { signal });
  yield named(container, following(first, sample(engine, container)));
}

async function* streamStats(
  engine: Rooms,
  container: Container,
  signal: AbortSignal,
): AsyncGenerator<ContainerStatsResponse> {
  let last: ContainerStatsResponse | undefined;
  while (!container.removed && !signal.aborted) {
    const current = following(last, sample(engine, container));
    last = current;
    yield named(container, current);
    await delay(rhythm, undefined, { signal }).catch(() => {
      // The client is gone: the loop sees it.
    });
  }
}

/** Who joined another's network is counted by the other's interfaces. */
function sample(engine: Rooms, container: Container): ContainerStatsResponse | undefined {
  const networks =
    container.record.hostConfig.NetworkMode === 'host' ? undefined : networkOwner(engine.containers, container);
  return measure(engine, container, networks);
}

function following(
  last: ContainerStatsResponse | undefined,
  current: ContainerStatsResponse = emptySample(),
): ContainerStatsResponse {
  return last ? { ...current, preread: last.read, precpu_stats: last.cpu_stats } : current;
}

const named = ({ record }: Container, stats: ContainerStatsResponse): ContainerStatsResponse => ({
  name: `/${record.name}`,
  id: record.id,
  ...stats,
});
