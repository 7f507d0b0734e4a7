// `docker commit`: a container as it is now becomes an image.

import type { IDResponse } from '../../api/types/common.ts';
import type { ContainerConfig } from '../../api/types/container-config.ts';
import { parseChanges } from '../../images/index.ts';
import { conflict, errorKind, invalid } from '../../lib/errors.ts';
import type { ImageRunConfig } from '../../oci/image-config.ts';
import { mergeImageConfig } from '../containers/configuration/merge-image-config.ts';
import { publishContainerEvent } from '../containers/container-events.ts';
import { pauseContainer, unpauseContainer } from '../containers/lifecycle/pause.ts';
import type { Container } from '../containers/state/container.ts';
import type { Engine } from '../engine.ts';
import { publishImageEvent } from './image-events.ts';
import { targetReference } from './target-reference.ts';

interface CommitRequest {
  container: string | undefined;
  repository?: string | undefined;
  tag?: string | undefined;
  comment?: string | undefined;
  author?: string | undefined;
  /** Freeze the container meanwhile. */
  pause: boolean;
  /** Dockerfile instructions. */
  changes: string[];
  /** Instead of the container's own configuration. */
  config: ContainerConfig | undefined;
  signal: AbortSignal;
}

/** Throws not-found, `invalid` for a bad name or change, `conflict` for a container on its way out. */
export async function commitContainer(engine: Engine, o: CommitRequest): Promise<IDResponse> {
  if (!o.container) throw invalid('invalid name or ID supplied: ""');
  const container = engine.containers.get(o.container);
  requireCommittable(container);
  const reference = targetReference(o.repository, o.tag);
  const { config: own } = container.record;
  const changed = parseChanges(o.changes, (o.config ?? own) as ImageRunConfig) as ContainerConfig;
  const config = imageConfig(mergeImageConfig(changed, own as ImageRunConfig));
  const image = await frozen(engine, container, o.pause, () =>
    engine.images.commit(container.id, {
      parent: container.record.imageId || undefined,
      config,
      createdBy: (own.Cmd ?? []).join(' '),
      author: o.author,
      comment: o.comment,
      reference,
      signal: o.signal,
    }),
  );
  publishImageEvent(engine, 'create', image);
  if (reference) publishImageEvent(engine, 'tag', image, reference);
  const name = image.tags.find(tag => reference !== undefined && tag.startsWith(reference)) ?? '';
  publishContainerEvent(engine, container, 'commit', { comment: o.comment ?? '', imageID: image.id, imageRef: name });
  return { Id: image.id };
}

function requireCommittable(container: Container): void {
  if (container.state.Dead) throw conflict(`You cannot commit container ${container.id} which is Dead`);
  if (container.removing || container.removed) {
    throw conflict(`You cannot commit container ${container.id} which is being removed`);
  }
}

/** Runs `act` while the container is frozen, if it runs and was not frozen before. */
async function frozen<T>(engine: Engine, container: Container, wanted: boolean, act: () => Promise<T>): Promise<T> {
  if (!wanted || !container.running || container.state.Paused) return await act();
  container.record.frozenForCommit = true;
  engine.containers.save(container);
  try {
    await freeze(engine, container);
    return await act();
  } finally {
    delete container.record.frozenForCommit;
    // Somebody may have killed or thawed it meanwhile.
    if (container.state.Paused) await unpauseContainer(engine, container.id);
    else engine.containers.save(container);
  }
}

/** One that ended meanwhile, or that somebody else froze, is as still. */
async function freeze(engine: Engine, container: Container): Promise<void> {
  try {
    await pauseContainer(engine, container.id);
  } catch (error) {
    if (errorKind(error) !== 'conflict') throw error;
  }
}

/** What an image keeps of a container's configuration: nothing of this one container, nothing empty. */
function imageConfig(config: ContainerConfig): ImageRunConfig {
  const { User, ExposedPorts, Env, Entrypoint, Cmd, Healthcheck, Volumes } = config;
  const { WorkingDir, Labels, StopSignal, StopTimeout, OnBuild, Shell } = config;
  const kept = {
    ...{ User, ExposedPorts, Env, Entrypoint, Cmd, Healthcheck, Volumes },
    ...{ WorkingDir, Labels, StopSignal, StopTimeout, OnBuild, Shell },
  };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => !isEmpty(value))) as ImageRunConfig;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
