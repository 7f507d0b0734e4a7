// `docker images`.

import type { Filters } from '../../../api/codecs.ts';
import type { ImageSummary } from '../../../api/types/images.ts';
import { isAtLeast, maximumVersion } from '../../../api/versions.ts';
import type { Image } from '../../../images/index.ts';
import { invalid } from '../../../lib/errors.ts';
import { compilePattern, matchPattern } from '../../../lib/patterns/path-match.ts';
import { hasLabel, parseTime, truth } from '../../containers/views/filter.ts';
import type { Engine } from '../../engine.ts';
import { layerSizes, sharedSize } from '../layer-sizes.ts';
import { listManifests } from './manifests.ts';
import { unixSeconds } from './unix-seconds.ts';

type Rooms = Pick<Engine, 'images' | 'containers'>;

interface ListOptions {
  filters?: Filters | undefined;
  /** Nameless images that others were made from, too. */
  all?: boolean | undefined;
  'shared-size'?: boolean | undefined;
  /** How many containers each has, for clients of versions that did not ask, too. */
  'container-count'?: boolean | undefined;
  /** What there is for each platform. */
  manifests?: boolean | undefined;
  /** Of the API that the client speaks. */
  version?: string;
}

/** A summary with what clients of older versions find in it. */
export type VersionedSummary = ImageSummary & { VirtualSize?: number };

/** Newest first. Throws `invalid` for a filter that does not exist, `not-found` for an image to compare with. */
export async function listImages(engine: Rooms, options: ListOptions = {}): Promise<VersionedSummary[]> {
  const { filters = {}, version = maximumVersion } = options;
  const tests = Object.entries(filters).map(([key, values]) => imageTest(engine, key, values));
  const images = engine.images.list();
  const users = countUsers(engine);
  const counted = options['container-count'] ?? isAtLeast(version, '1.51');
  const parents = new Set(images.map(({ parent }) => parent));
  const shares = options['shared-size'] ? layerSizes(images) : undefined;
  const shown = images
    .filter(image => isNamed(image) || options.all || !parents.has(image.id))
    // First, as the other filters look at the names that were asked for.
    .map(image => withNames(image, filters.reference))
    .filter(image => tests.every(test => test(image)));
  const summaries: VersionedSummary[] = [];
  for (const image of shown) {
    summaries.push({
      ...summarise(image, version),
      Containers: counted ? (users.get(image.id) ?? 0) : -1,
      ...(shares ? { SharedSize: sharedSize(image, shares) } : {}),
      ...(options.manifests && isAtLeast(version, '1.47') ? { Manifests: await listManifests(engine, image.id) } : {}),
    });
  }
  return summaries.sort((a, b) => b.Created - a.Created);
}

/** Containers by image, counted once for the whole list. */
function countUsers(engine: Pick<Engine, 'containers'>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { record } of engine.containers.all()) counts.set(record.imageId, (counts.get(record.imageId) ?? 0) + 1);
  return counts;
}

/** Older clients read `<none>` where nothing is. */
function summarise(image: Image, version: string): VersionedSummary {
  const nameless = !isAtLeast(version, '1.43') && !isNamed(image);
  return {
    Id: image.id,
    ParentId: image.parent ?? '',
    RepoTags: nameless ? ['<none>:<none>'] : image.tags,
    RepoDigests: nameless ? ['<none>@<none>'] : image.digests,
    Created: unixSeconds(image.created),
    Size: image.size,
    SharedSize: -1,
    Labels: image.config.config.Labels ?? null,
    Containers: -1,
    ...(isAtLeast(version, '1.44') ? {} : { VirtualSize: image.size }),
  };
}

function isNamed(image: Image): boolean {
  return image.tags.length > 0 || image.digests.length > 0;
}

function imageTest(engine: Pick<Engine, 'images'>, key: string, values: string[]): (image: Image) => boolean {
  switch (key) {
    case 'dangling': {
      const wanted = truth('dangling', values);
      // One that has only digests is dangling, and not.
      return image => (wanted ? image.tags.length === 0 : isNamed(image));
    }
    case 'label':
      return image => values.every(value => hasLabel(image.config.config.Labels ?? {}, value));
    case 'reference':
      if (values.some(value => compilePattern(value) === undefined)) throw invalid('syntax error in pattern');
      return isNamed;
    case 'before': {
      const times = values.map(value => engine.images.get(value).created);
      return image => times.every(time => image.created < time);
    }
    case 'since': {
      const times = values.map(value => engine.images.get(value).created);
      return image => times.every(time => image.created > time);
    }
    case 'until': {
      const times = values.map(value => parseTime(value));
      return image => times.every(time => Date.parse(image.created || '1970-01-01') < time);
    }
    default:
      throw invalid(`invalid filter '${key}'`);
  }
}

/** Of an image found by name only the names that were asked for are shown. */
function withNames(image: Image, patterns: string[] | undefined): Image {
  if (!patterns) return image;
  const asked = (name: string) => patterns.some(pattern => matchesReference(pattern, name));
  return { ...image, tags: image.tags.filter(asked), digests: image.digests.filter(asked) };
}

/** A pattern without a tag matches every tag of the name, and every digest. */
function matchesReference(pattern: string, name: string): boolean {
  const at = name.indexOf('@');
  return matchPattern(pattern, name) || matchPattern(pattern, name.slice(0, at < 0 ? name.lastIndexOf(':') : at));
}
