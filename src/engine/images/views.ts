// `docker images`, `docker image inspect` and `docker history`.

import type { Filters } from '../../api/codecs.ts';
import type { ImageHistoryResponseItem, ImageInspect, ImageSummary } from '../../api/types/images.ts';
import type { Image } from '../../images/index.ts';
import { invalid } from '../../lib/errors.ts';
import { matchPattern } from '../../lib/path-match.ts';
import type { ImageRunConfig } from '../../oci/image-config.ts';
import { hasLabel, truth } from '../containers/views/filter.ts';
import type { Engine } from '../engine.ts';

type Rooms = Pick<Engine, 'images' | 'containers'>;

/** Newest first. Throws `invalid` for a filter that does not exist. */
export function listImages(engine: Rooms, options: { filters?: Filters; all?: boolean }): ImageSummary[] {
  const tests = Object.entries(options.filters ?? {}).map(([key, values]) => imageTest(engine, key, values));
  const users = countUsers(engine);
  return engine.images
    .list()
    .filter(image => tests.every(test => test(image)))
    .map(image => summarise(withNames(image, options.filters?.reference), users.get(image.id) ?? 0))
    .sort((a, b) => b.Created - a.Created);
}

/** Containers by image, counted once for the whole list. */
function countUsers(engine: Pick<Engine, 'containers'>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { record } of engine.containers.all()) counts.set(record.imageId, (counts.get(record.imageId) ?? 0) + 1);
  return counts;
}

function summarise(image: Image, containers: number): ImageSummary {
  return {
    Id: image.id,
    ParentId: image.parent ?? '',
    RepoTags: image.tags,
    RepoDigests: image.digests,
    Created: unixSeconds(image.created),
    Size: image.size,
    SharedSize: -1,
    Labels: image.config.config.Labels ?? null,
    Containers: containers,
  };
}

function imageTest(engine: Pick<Engine, 'images'>, key: string, values: string[]): (image: Image) => boolean {
  switch (key) {
    case 'dangling': {
      const wanted = truth('dangling', values);
      return image => (image.tags.length === 0) === wanted;
    }
    case 'label':
      return image => values.every(value => hasLabel(image.config.config.Labels ?? {}, value));
    case 'reference':
      return image => values.some(value => image.tags.some(tag => matchesReference(value, tag)));
    case 'before': {
      const time = engine.images.get(values[0] ?? '').created;
      return image => image.created < time;
    }
    case 'since': {
      const time = engine.images.get(values[0] ?? '').created;
      return image => image.created > time;
    }
    default:
      throw invalid(`invalid filter '${key}'`);
  }
}

/** Of an image found by name only the names that were asked for are shown. */
function withNames(image: Image, patterns: string[] | undefined): Image {
  if (!patterns) return image;
  return { ...image, tags: image.tags.filter(tag => patterns.some(pattern => matchesReference(pattern, tag))) };
}

/** A pattern without a tag matches every tag of the name. */
function matchesReference(pattern: string, tag: string): boolean {
  return matchPattern(pattern, tag) || matchPattern(pattern, tag.slice(0, tag.lastIndexOf(':')));
}

const unixSeconds = (time: string) => (time ? Math.max(0, Math.floor(Date.parse(time) / 1000)) : 0);

/** Throws not-found. */
export function inspectImage(engine: Pick<Engine, 'images'>, reference: string): ImageInspect {
  const image = engine.images.get(reference);
  const { config } = image;
  return {
    Id: image.id,
    RepoTags: image.tags,
    RepoDigests: image.digests,
    Parent: image.parent ?? '',
    Comment: image.comment ?? '',
    Created: image.created || undefined,
    DockerVersion: config.docker_version ?? '',
    Author: image.author ?? '',
    Config: describeConfig(config.config),
    Architecture: config.architecture,
    ...(config.variant ? { Variant: config.variant } : {}),
    Os: config.os,
    ...(config['os.version'] ? { OsVersion: config['os.version'] } : {}),
    Size: image.size,
    GraphDriver: { Name: 'overlay2', Data: null },
    RootFS: { Type: 'layers', Layers: image.diffIds },
    Metadata: { LastTagTime: image.lastTagged ?? '0001-01-01T00:00:00Z' },
  };
}

/** Docker always names these. */
function describeConfig(config: ImageRunConfig): ImageInspect['Config'] {
  const always = {
    Cmd: null,
    Entrypoint: null,
    Env: null,
    Labels: null,
    OnBuild: null,
    User: '',
    Volumes: null,
    WorkingDir: '',
  };
  return { ...always, ...config } as ImageInspect['Config'];
}

/** Newest layer first; throws not-found. */
export function imageHistory(engine: Pick<Engine, 'images'>, reference: string): ImageHistoryResponseItem[] {
  return engine.images.history(reference).map(row => ({
    Id: row.id ?? '<missing>',
    Created: unixSeconds(row.created),
    CreatedBy: row.createdBy,
    Tags: row.tags.length > 0 ? row.tags : null,
    Size: row.size,
    Comment: row.comment,
  }));
}
