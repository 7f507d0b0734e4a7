// Removes what a scenario made on an engine that others use too: only what bears the scenario's names.

import type { Side } from './side.ts';

interface Listed {
  readonly Id: string;
  readonly Names?: readonly string[];
  readonly RepoTags?: readonly string[] | null;
  readonly Image?: string;
}

/** Removes the containers, volumes and images whose names begin with the side's prefix, but for the `kept` containers. */
export async function cleanUp(side: Side, kept: readonly string[]): Promise<void> {
  const keep = new Set(kept.map(name => `/${side.prefix}-${name}`));
  const containers = await list<Listed[]>(side, '/containers/json?all=1');
  for (const { Id, Names = [], Image = '' } of containers) {
    const own = [...Names.map(name => name.slice(1)), Image].some(name => name.startsWith(side.prefix));
    if (own && !Names.some(name => keep.has(name))) await remove(side, `/containers/${Id}?force=1&v=1`);
  }
  for (const { Name } of (await list<{ Volumes: { Name: string }[] | null }>(side, '/volumes')).Volumes ?? []) {
    if (Name.startsWith(side.prefix)) await remove(side, `/volumes/${Name}?force=1`);
  }
  for (const { RepoTags } of await list<Listed[]>(side, '/images/json')) {
    for (const tag of RepoTags ?? []) if (tag.startsWith(side.prefix)) await remove(side, `/images/${tag}?force=1`);
  }
}

async function list<T>(side: Side, target: string): Promise<T> {
  return (await side.prepare('GET', target)) as T;
}

/** What another step removed meanwhile is as good as removed here. */
async function remove(side: Side, target: string): Promise<void> {
  await side.prepare('DELETE', target).catch(() => undefined);
}
