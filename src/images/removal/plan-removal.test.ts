import { expect, test } from 'bun:test';
import { type Digest, sha256, shortId } from '../../oci/digest.ts';
import { familiarReference, parseReference } from '../../oci/reference.ts';
import type { ImageUser } from '../image.ts';
import { planRemoval, type RemovalView } from './plan-removal.ts';

const image = sha256('image');
const parent = sha256('parent');
const grandparent = sha256('grandparent');
const digest = sha256('manifest');
const container = 'c0ffee'.repeat(10);

interface World {
  names?: Record<Digest, string[]>;
  parents?: Record<Digest, Digest>;
  users?: Record<Digest, ImageUser[]>;
}

function plan(typed: string, world: World, o: { force?: boolean; prune?: boolean } = {}): string[] {
  const view: RemovalView = {
    names: id => (world.names?.[id] ?? []).map(parseReference),
    parent: id => world.parents?.[id],
    children: id => Object.entries(world.parents ?? {}).flatMap(([child, of]) => (of === id ? [child as Digest] : [])),
    users: id => world.users?.[id] ?? [],
  };
  const request = { image, typed, force: o.force ?? false, prune: o.prune ?? true };
  return planRemoval(request, view).map(step =>
    'untag' in step ? `untag ${familiarReference(step.untag)}` : `delete ${shortId(step.delete)}`,
  );
}
const deletes = (id: Digest) => `delete ${shortId(id)}`;
const stopped = { [image]: [{ id: container, running: false }] };
const running = { [image]: [{ id: container, running: true }] };

test('one of several names is only untagged', () => {
  expect(plan('a', { names: { [image]: ['a:latest', 'b:1'] } })).toEqual(['untag a:latest']);
});

test('the last name takes the image with it', () => {
  expect(plan('a:latest', { names: { [image]: ['a:latest'] } })).toEqual(['untag a:latest', deletes(image)]);
});

test('the last tag of a repository takes its digests along', () => {
  const names = { [image]: ['a:1', `a@${digest}`, 'b:1'] };
  expect(plan('a:1', { names })).toEqual(['untag a:1', `untag a@${digest}`]);
  expect(plan('a:1', { names: { [image]: ['a:1', 'a:2', `a@${digest}`] } })).toEqual(['untag a:1']);
});

test('by id: one repository is removed whole, several need force', () => {
  const id = image.slice(7, 19);
  expect(plan(id, { names: { [image]: ['a:1', `a@${digest}`] } })).toEqual([
    'untag a:1',
    `untag a@${digest}`,
    deletes(image),
  ]);
  const names = { [image]: ['a:1', 'b:1'] };
  expect(() => plan(id, { names })).toThrow(
    `conflict: unable to delete ${shortId(image)} (must be forced) - image is referenced in multiple repositories`,
  );
  expect(plan(image, { names }, { force: true })).toEqual(['untag a:1', 'untag b:1', deletes(image)]);
});

test('a used name needs force', () => {
  const names = { [image]: ['a:latest'] };
  expect(() => plan('a', { names, users: stopped })).toThrow(
    `conflict: unable to remove repository reference "a" (must force) - container c0ffeec0ffee is using its ` +
      `referenced image ${shortId(image)}`,
  );
  expect(plan('a', { names, users: stopped }, { force: true })).toEqual(['untag a:latest', deletes(image)]);
  // A running container keeps the image, without its name.
  expect(plan('a', { names, users: running }, { force: true })).toEqual(['untag a:latest']);
});

test('a used id: stopped containers need force, running ones forbid', () => {
  expect(() => plan(image, { users: stopped })).toThrow(
    `conflict: unable to delete ${shortId(image)} (must be forced) - image is being used by stopped container c0ffeec0ffee`,
  );
  expect(plan(image, { users: stopped }, { force: true })).toEqual([deletes(image)]);
  expect(() => plan(image, { users: running }, { force: true })).toThrow(
    `conflict: unable to delete ${shortId(image)} (cannot be forced) - image is being used by running container c0ffeec0ffee`,
  );
});

test('children forbid, nameless unused ancestors go along', () => {
  const names = { [image]: ['a:1'] };
  const line = { [image]: parent, [parent]: grandparent };
  expect(plan('a:1', { names, parents: line })).toEqual([
    'untag a:1',
    deletes(image),
    deletes(parent),
    deletes(grandparent),
  ]);
  expect(plan('a:1', { names, parents: line }, { prune: false })).toEqual(['untag a:1', deletes(image)]);
  expect(plan('a:1', { names: { ...names, [parent]: ['p:1'] }, parents: line })).toEqual(['untag a:1', deletes(image)]);
  // Its name may go: it is an ancestor then, as those of builds are.
  expect(plan('a:1', { names, parents: { [parent]: image } })).toEqual(['untag a:1']);
  expect(() => plan(image, { parents: { [parent]: image } })).toThrow(
    `conflict: unable to delete ${shortId(image)} (cannot be forced) - image has dependent child images`,
  );
});
