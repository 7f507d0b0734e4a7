// Images as the API shows and changes them: lists and filters, tags, removal, prune.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Filters } from '../../api/codecs.ts';
import { listContainers } from '../containers/views/list.ts';
import { createTestEngine, outcome, type TestEngine } from '../testing/test-engine.ts';
import { tagImage } from './change.ts';
import { pruneImages, removeImage } from './remove.ts';
import { inspectImage } from './views/inspect.ts';
import { listImages } from './views/list.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
  own.images.put('web:1', { Labels: { a: '1' } }, '2024-06-01T00:00:00Z');
  own.images.put(undefined, {}, '2024-03-01T00:00:00Z');
});
afterEach(() => own.close());

const names = async (filters: Filters = {}) =>
  (await listImages(own.engine, { filters })).map(image => image.RepoTags?.[0] ?? '<none>');

describe('a list', () => {
  const table: [filters: Filters, found: string[]][] = [
    [{}, ['web:1', '<none>', 'app:latest']],
    [{ dangling: ['true'] }, ['<none>']],
    [{ dangling: ['false'] }, ['web:1', 'app:latest']],
    [{ label: ['a=1'] }, ['web:1']],
    [{ reference: ['w*'] }, ['web:1']],
    [{ reference: ['app:latest', 'web:2'] }, ['app:latest']],
    [{ before: ['web:1'] }, ['<none>', 'app:latest']],
    [{ since: ['app'] }, ['web:1', '<none>']],
    [{ before: ['web:1', 'app'] }, []],
    [{ reference: ['web'], dangling: ['true'] }, []],
    [{ until: ['2024-05-01T00:00:00Z'] }, ['<none>', 'app:latest']],
  ];
  for (const [filters, found] of table) {
    test(JSON.stringify(filters), async () => expect(await names(filters)).toEqual(found));
  }

  test('counts the containers of each image, and refuses a filter it does not know', async () => {
    await own.create();
    await own.create();
    expect((await listImages(own.engine, {})).map(image => image.Containers)).toEqual([0, 0, 2]);
    expect(await outcome(() => names({ what: ['x'] }))).toBe("invalid: invalid filter 'what'");
    expect(await outcome(() => names({ reference: ['[a-'] }))).toBe('invalid: syntax error in pattern');
    expect(await outcome(() => names({ before: ['web:1', 'nobody'] }))).toBe('not-found: No such image: nobody');
  });
});

test('a tag is told; one without a name is refused', async () => {
  tagImage(own.engine, 'web:1', 'mine', 'v1');
  expect((await inspectImage(own.engine, 'mine:v1')).RepoTags).toEqual(['web:1', 'mine:v1']);
  expect(own.events()).toEqual(['image tag']);
  const told = own.engine.events.between(0, Number.POSITIVE_INFINITY).filter(({ Actor }) => Actor.Attributes.a === '1');
  expect(told).toHaveLength(1);
  expect(await outcome(() => tagImage(own.engine, 'web:1', '', 'v1'))).toMatch(/^invalid: /);
  expect(await outcome(() => inspectImage(own.engine, 'nobody'))).toBe('not-found: No such image: nobody');
});

test('a removal is told name by name', async () => {
  expect(await removeImage(own.engine, 'web:1', { force: false, prune: true })).toHaveLength(2);
  expect(own.events()).toEqual(['image untag', 'image delete']);
});

test('older clients find what they knew', async () => {
  const [nameless] = await listImages(own.engine, { filters: { dangling: ['true'] }, version: '1.42' });
  expect(nameless).toMatchObject({ RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'], VirtualSize: 1000 });
  const [now] = await listImages(own.engine, { filters: { dangling: ['true'] } });
  expect(now).toMatchObject({ RepoTags: [], Containers: 0 });
  expect(now).not.toHaveProperty('VirtualSize');
  const old = await inspectImage(own.engine, 'app', { version: '1.43' });
  expect(old).toMatchObject({ VirtualSize: 1000, ContainerConfig: { Hostname: '' }, Config: { Tty: false } });
  expect(await inspectImage(own.engine, 'app')).not.toHaveProperty('ContainerConfig');
});

test('names and platforms that mean nothing are refused in the words of Docker', async () => {
  const refused = (repository: string, tag: string) => outcome(() => tagImage(own.engine, 'app', repository, tag));
  expect(await refused('x', 'a!b')).toBe('invalid: invalid tag format');
  expect(await refused(`x@sha256:${'0'.repeat(64)}`, '')).toBe('invalid: cannot import digest reference');
  tagImage(own.engine, 'app', 'x:y', 'z');
  expect((await inspectImage(own.engine, 'app')).RepoTags).toContain('x:z');
  const platform = { os: '', architecture: 'x' };
  expect(await outcome(() => inspectImage(own.engine, 'app', { platform }))).toBe(
    'invalid: both OS and Architecture must be provided',
  );
  const both = { platform: { os: 'linux', architecture: 'amd64' }, manifests: true };
  expect(await outcome(() => inspectImage(own.engine, 'app', both))).toContain('conflicting options');
});

test('a container is listed by the id of its image when the name means it no longer', async () => {
  const container = await own.create();
  const shown = async () => (await listContainers(own.engine, { all: true })).map(({ Image }) => Image);
  expect(await shown()).toEqual(['app']);
  await removeImage(own.engine, 'app', { force: true, prune: true });
  expect(await shown()).toEqual([container.record.imageId]);
});

describe('prune', () => {
  test('takes dangling images, or all that no container uses', async () => {
    await own.create();
    expect((await pruneImages(own.engine, {})).SpaceReclaimed).toBe(1000);
    expect(await names()).toEqual(['web:1', 'app:latest']);
    await pruneImages(own.engine, { dangling: ['false'] });
    expect(await names()).toEqual(['app:latest']);
  });

  test('takes all names but the last of an image in use', async () => {
    await own.create();
    for (const tag of ['b', 'a', 'z']) tagImage(own.engine, 'app', 'app', tag);
    const { ImagesDeleted } = await pruneImages(own.engine, { dangling: ['false'], 'label!': ['a=1'] });
    expect(ImagesDeleted).toContainEqual({ Untagged: 'app:b' });
    expect((await inspectImage(own.engine, 'app:z')).RepoTags).toEqual(['app:z']);
  });

  test('takes what pulls have left, unless it is restricted', async () => {
    own.images.transfers.left = 7;
    expect((await pruneImages(own.engine, { label: ['nosuch'] })).SpaceReclaimed).toBe(0);
    expect((await pruneImages(own.engine, {})).SpaceReclaimed).toBe(1007);
  });

  test('takes nothing when it is not clear what is meant', async () => {
    expect(await outcome(() => pruneImages(own.engine, { dangling: ['no'] }))).toBe(
      "invalid: invalid filter 'dangling=[no]'",
    );
    expect(await names()).toHaveLength(3);
  });

  test('goes on when one cannot be removed', async () => {
    own.log.fail('images.remove');
    expect((await pruneImages(own.engine, { dangling: ['false'] })).SpaceReclaimed).toBe(2000);
    expect(await names()).toEqual(['app:latest']);
  });
});
