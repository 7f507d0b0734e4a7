// Images as the API shows and changes them: lists and filters, tags, removal, prune.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Filters } from '../../api/codecs.ts';
import { createTestEngine, outcome, type TestEngine } from '../testing/test-engine.ts';
import { pruneImages, removeImage, tagImage } from './change.ts';
import { inspectImage, listImages } from './views.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
  own.images.put('web:1', { Labels: { a: '1' } }, '2024-06-01T00:00:00Z');
  own.images.put(undefined, {}, '2024-03-01T00:00:00Z');
});
afterEach(() => own.close());

const names = (filters: Filters = {}) =>
  listImages(own.engine, { filters }).map(image => image.RepoTags?.[0] ?? '<none>');

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
  ];
  for (const [filters, found] of table) {
    test(JSON.stringify(filters), () => expect(names(filters)).toEqual(found));
  }

  test('counts the containers of each image, and refuses a filter it does not know', async () => {
    await own.create();
    await own.create();
    expect(listImages(own.engine, {}).map(image => image.Containers)).toEqual([0, 0, 2]);
    expect(await outcome(() => names({ what: ['x'] }))).toBe("invalid: invalid filter 'what'");
  });
});

test('a tag is told; one without a name is refused', async () => {
  tagImage(own.engine, 'web:1', 'mine', 'v1');
  expect(inspectImage(own.engine, 'mine:v1').RepoTags).toEqual(['web:1', 'mine:v1']);
  expect(own.events()).toEqual(['image tag']);
  expect(await outcome(() => tagImage(own.engine, 'web:1', '', 'v1'))).toMatch(/^invalid: /);
  expect(await outcome(() => inspectImage(own.engine, 'nobody'))).toBe('not-found: No such image: nobody');
});

test('a removal is told name by name', async () => {
  expect(await removeImage(own.engine, 'web:1', { force: false, prune: true })).toHaveLength(2);
  expect(own.events()).toEqual(['image untag', 'image delete']);
});

describe('prune', () => {
  test('takes dangling images, or all that no container uses', async () => {
    await own.create();
    expect((await pruneImages(own.engine, {})).SpaceReclaimed).toBe(1000);
    expect(names()).toEqual(['web:1', 'app:latest']);
    await pruneImages(own.engine, { dangling: ['false'] });
    expect(names()).toEqual(['app:latest']);
  });

  test('goes on when one cannot be removed', async () => {
    own.log.fail('images.remove');
    expect((await pruneImages(own.engine, { dangling: ['false'] })).SpaceReclaimed).toBe(2000);
    expect(names()).toEqual(['app:latest']);
  });
});
