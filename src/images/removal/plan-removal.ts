// What `docker rmi` takes away, decided before anything is touched; Docker's rules and wording (moby, image_delete.go).
import { type BerthError, conflict } from '../../lib/errors.ts';
import { type Digest, shortId } from '../../oci/digest.ts';
import { parseReference, type Reference, repositoryName, withDefaultTag } from '../../oci/reference.ts';
import type { ImageUser } from '../image.ts';
import { isIdPrefix } from '../records/resolve-image.ts';

/** What the rules need to know; answers are those before the removal. */
export interface RemovalView {
  names(id: Digest): Reference[];
  children(id: Digest): Digest[];
  parent(id: Digest): Digest | undefined;
  users(id: Digest): ImageUser[];
}

interface RemovalRequest {
  image: Digest;
  /** As the user typed it. */
  typed: string;
  force: boolean;
  /** Removes parents without a name too. */
  prune: boolean;
}

/** Names to take away and images to delete, in this order. */
export type RemovalStep = { untag: Reference } | { delete: Digest };

/** Throws `conflict` with Docker's message when the removal is not allowed. */
export function planRemoval(request: RemovalRequest, view: RemovalView): RemovalStep[] {
  const { image, typed, force } = request;
  const names = view.names(image);
  const steps: RemovalStep[] = [];
  let left = names;
  if (isIdPrefix(image, typed)) {
    if (isSingleReference(names)) {
      refuse(findConflict(image, { view, names: [], deleted: [], soft: !force }));
      steps.push(...names.map(untag => ({ untag })));
      left = [];
    }
  } else {
    refuseUsedName(request, names, view);
    const taken = takenNames(withDefaultTag(parseReference(typed)), names);
    steps.push(...taken.map(untag => ({ untag })));
    left = names.filter(name => !taken.includes(name));
    if (left.length > 0) return steps;
  }
  return [...steps, ...planDeletion(request, view, { names: left, quiet: !isIdPrefix(image, typed) })];
}

/** Throws `conflict` while a container runs from the image, or without `force` while there is one. */
export function refuseUsed(image: Digest, { users, force }: { users: ImageUser[]; force: boolean }): void {
  const view = { names: () => [], children: () => [], parent: () => undefined, users: () => users };
  refuse(findConflict(image, { view, names: [], deleted: [], soft: !force }));
}

/** The image itself, then its nameless, unused ancestors. */
function planDeletion(
  { image, force, prune }: RemovalRequest,
  view: RemovalView,
  first: { names: Reference[]; quiet: boolean },
): RemovalStep[] {
  const steps: RemovalStep[] = [];
  const deleted: Digest[] = [];
  let { names, quiet } = first;
  for (let id: Digest | undefined = image; id !== undefined; ) {
    const found = findConflict(id, { view, names, deleted, soft: deleted.length > 0 || !force });
    if (found) {
      // A name was removed and that was asked for; only who is left with a dangling, unused image must hear more.
      const isDangling = names.length === 0 && view.children(id).length === 0;
      if (quiet && (!isDangling || found.used)) return steps;
      refuse(found);
    }
    steps.push(...names.map(untag => ({ untag })), { delete: id });
    deleted.push(id);
    if (!prune) break;
    id = view.parent(id);
    names = id === undefined ? [] : view.names(id);
    quiet = true;
    // For an ancestor nobody asked about, any conflict just ends the walk.
    if (id !== undefined && findConflict(id, { view, names, deleted, soft: true })) break;
  }
  return steps;
}

function refuseUsedName({ image, typed, force }: RemovalRequest, names: Reference[], view: RemovalView): void {
  const user = view.users(image)[0];
  if (force || !user || !isSingleReference(names)) return;
  throw conflict(
    `conflict: unable to remove repository reference "${typed}" (must force) - container ${shortId(user.id)} ` +
      `is using its referenced image ${shortId(image)}`,
  );
}

/** The name itself; and when it was the last tag of its repository, the digests of that repository. */
function takenNames(name: Reference, names: Reference[]): Reference[] {
  const same = (other: Reference) =>
    name.digest === undefined ? sameTag(name, other) : other.digest === name.digest && sameRepository(name, other);
  const taken = names.filter(same);
  if (name.digest !== undefined) return taken;
  const siblings = names.filter(other => !taken.includes(other) && sameRepository(name, other));
  return siblings.some(other => other.digest === undefined) ? taken : [...taken, ...siblings];
}

interface Conflict {
  hard: boolean;
  used: boolean;
  image: Digest;
  message: string;
}

function findConflict(
  image: Digest,
  o: { view: RemovalView; names: Reference[]; deleted: Digest[]; soft: boolean },
): Conflict | undefined {
  if (o.view.children(image).some(child => !o.deleted.includes(child))) {
    return { image, hard: true, used: false, message: 'image has dependent child images' };
  }
  const users = o.view.users(image);
  const running = users.find(user => user.running);
  if (running) {
    const message = `image is being used by running container ${shortId(running.id)}`;
    return { image, hard: true, used: true, message };
  }
  if (!o.soft) return undefined;
  if (o.names.length > 0) {
    return { image, hard: false, used: false, message: 'image is referenced in multiple repositories' };
  }
  const stopped = users[0];
  if (!stopped) return undefined;
  return { image, hard: false, used: true, message: `image is being used by stopped container ${shortId(stopped.id)}` };
}

function refuse(found: Conflict | undefined): void {
  if (found) throw conflictError(found);
}

function conflictError({ hard, image, message }: Conflict): BerthError {
  const how = hard ? 'cannot be forced' : 'must be forced';
  return conflict(`conflict: unable to delete ${shortId(image)} (${how}) - ${message}`);
}

/** At most one tag, and every digest of the same repository as that tag. */
function isSingleReference(names: Reference[]): boolean {
  if (names.length <= 1) return true;
  const tags = names.filter(name => name.digest === undefined);
  if (tags.length > 1) return false;
  const single = repositoryName((tags[0] ?? names[0]) as Reference);
  return names.every(name => repositoryName(name) === single);
}

function sameRepository(a: Reference, b: Reference): boolean {
  return repositoryName(a) === repositoryName(b);
}

function sameTag(a: Reference, b: Reference): boolean {
  return sameRepository(a, b) && b.digest === undefined && a.tag === b.tag;
}
