// The cache mounts of one step: each directory once, taken in an order that is the same for all steps.
import { chmodSync, chownSync } from 'node:fs';
import type { Images } from '../../../images/index.ts';
import type { CleanupStack } from '../../../lib/cleanup-stack.ts';
import type { CacheMounts, CacheMountUse } from '../../cache/cache-mounts.ts';
import { resolveInRoot } from '../../context/copy/resolve-in-root.ts';
import type { RunMountOperation } from '../../graph/operation.ts';
import type { Snapshot } from '../../solve/snapshot.ts';
import { openRoot } from '../open-root.ts';

type CacheMount = Extract<RunMountOperation, { type: 'cache' }>;

interface Options {
  readonly inputs: readonly Snapshot[];
  readonly undo: CleanupStack;
  readonly signal: AbortSignal;
}

interface Deps {
  readonly images: Pick<Images, 'builds'>;
  readonly cacheMounts: CacheMounts;
}

/** Who lets others in comes last: of several mounts of one directory the strictest counts. */
const strictness = ['shared', 'private', 'locked'] as const;

/**
 * Waits until the step has all of them; `undo` gives them back. By mount. Two steps that lock the same caches never wait for
 * each other: both take them in the order of their keys. Throws `cancelled`.
 */
export async function takeCaches(
  mounts: readonly RunMountOperation[],
  o: Options,
  deps: Deps,
): Promise<ReadonlyMap<CacheMount, string>> {
  const byKey = Map.groupBy(
    mounts.filter(mount => mount.type === 'cache'),
    keyOf,
  );
  const directories = new Map<CacheMount, string>();
  for (const [key, same] of [...byKey].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const use = await take(key, same as [CacheMount], o, deps);
    for (const mount of same) directories.set(mount, use.directory);
  }
  return directories;
}

const keyOf = ({ id, input, source }: CacheMount) => JSON.stringify([id, input === undefined ? '' : source]);

async function take(
  key: string,
  same: readonly [CacheMount, ...CacheMount[]],
  { inputs, signal, undo }: Options,
  { cacheMounts, images }: Deps,
): Promise<CacheMountUse> {
  const [{ id, input, source, target, mode, uid, gid }] = same;
  const sharing = strictness.findLast(one => same.some(mount => mount.sharing === one)) ?? 'shared';
  const snapshot = input === undefined ? undefined : inputs[input];
  const use = await cacheMounts.acquire({
    ...{ key, mode, uid, gid, sharing, signal },
    description: `mount ${target} from exec with id ${JSON.stringify(id)}`,
    fill: snapshot && (directory => fill(directory, { snapshot, source, images, signal })),
  });
  undo.defer('cache mount', () => use[Symbol.dispose]());
  return use;
}

async function fill(
  directory: string,
  o: { snapshot: Snapshot; source: string; images: Pick<Images, 'builds'>; signal: AbortSignal },
): Promise<void> {
  using root = openRoot(o.snapshot, o.images);
  const sources = [{ path: o.source || '/' }];
  const job = { sourceRoot: root.path, shareable: false, sources, destination: '/', contentsOnly: true };
  await o.images.builds.copyTo(directory, job, o.signal);
  const found = resolveInRoot(root.path, o.source || '/');
  if (!found) return;
  chownSync(directory, found.stats.uid, found.stats.gid);
  chmodSync(directory, found.stats.mode & 0o7777);
}
