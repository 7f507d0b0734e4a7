// Which targets a command line means, each with all that it inherits.
import { matchPattern } from '../../lib/patterns/path-match.ts';
import type { BakeFile, BakeGroup, BakeTarget } from './files/bake-file.ts';
import { cleanPath } from './files/clean-path.ts';
import { mergeTargets } from './files/merge-targets.ts';
import type { ChangeTarget } from './overrides.ts';

export interface ResolvedTargets {
  /** Those that are built, and those whose results they are built from. */
  readonly targets: ReadonlyMap<string, BakeTarget>;
  /** Named ones first: `default` is what the command line means. */
  readonly groups: ReadonlyMap<string, BakeGroup>;
}

/** Throws a plain Error with buildx's wording for names there are not, and for circles. */
export function resolveTargets(
  file: BakeFile,
  names: readonly string[],
  change: ChangeTarget = (_, target) => target,
): ResolvedTargets {
  const asked = names.length > 0 ? [...new Set(names.flatMap(name => matching(file, name)))] : ['default'];
  const groups = new Map<string, BakeGroup>();
  const wanted = [...new Set(asked.flatMap(name => membersOf(file, name, [], groups)))];
  // As buildx has it: the default group stands for what was asked for, too.
  const named = asked.filter(name => name !== 'default' || !own(file.groups, 'default'));
  const members = new Set([...(groups.get('default')?.targets ?? []), ...named]);
  groups.set('default', { ...groups.get('default'), targets: [...members].sort() });
  const targets = new Map<string, BakeTarget>();
  const heirs: Heirs = { known: new Map(), below: [], change };
  const add = (name: string, users: readonly string[]) => {
    if (users.includes(name)) throw circle(users, name);
    if (targets.has(name)) return;
    const target = inherited(file, name, heirs);
    targets.set(name, {
      ...target,
      context: cleanPath(target.context ?? '.'),
      dockerfile: target.dockerfile ?? 'Dockerfile',
    });
    for (const used of usedTargets(target)) {
      add(used, [...users, name]);
      // Their results are only looked at.
      const found = targets.get(used);
      if (found && !wanted.includes(used)) targets.set(used, { ...found, output: ['type=cacheonly'] });
      targets.set(name, withEntitlements(targets.get(name) ?? {}, found));
    }
  };
  for (const name of wanted) add(name, []);
  return { targets, groups };
}

/** A name with wildcards stands for all that it matches. */
function matching(file: BakeFile, name: string): string[] {
  if (!/[*?[]/.test(name)) return [name];
  const found = [...new Set([...Object.keys(file.targets), ...Object.keys(file.groups)])];
  const matched = found.filter(one => matchPattern(name, one)).sort();
  if (matched.length === 0) throw new Error(`could not find any target matching ${JSON.stringify(name)}`);
  return matched;
}

/** Targets that stand for contexts of this one. */
export function usedTargets({ contexts = {} }: BakeTarget): string[] {
  return Object.values(contexts).flatMap(value => (value.startsWith('target:') ? [value.slice('target:'.length)] : []));
}

/** Groups on the way are noted in `seen`. */
function membersOf(file: BakeFile, name: string, above: readonly string[], seen: Map<string, BakeGroup>): string[] {
  const group = own(file.groups, name);
  if (group) seen.set(name, group);
  if (!group) {
    if (own(file.targets, name)) return [name];
    throw new Error(`failed to find target ${name}`);
  }
  // A group may have the name of one of its targets.
  if (above.includes(name)) return own(file.targets, name) ? [name] : [];
  return group.targets.flatMap(member => membersOf(file, member, [...above, name], seen));
}

interface Heirs {
  /** Those that are worked out already. */
  readonly known: Map<string, BakeTarget>;
  readonly below: readonly string[];
  readonly change: ChangeTarget;
}

function inherited(file: BakeFile, name: string, { known, below, change }: Heirs): BakeTarget {
  const before = known.get(name);
  if (before) return before;
  if (below.includes(name)) throw new Error(`infinite loop from ${below[0]}`);
  const target = own(file.targets, name);
  if (!target) throw new Error(`failed to find target ${name}`);
  const parents = (target.inherits ?? []).map(parent =>
    inherited(file, parent, { known, change, below: [...below, name] }),
  );
  const { inherits: _, ...fields } = target;
  const merged = completed(change(name, mergeTargets(parents.reduce(mergeTargets, {}), fields)));
  known.set(name, merged);
  return merged;
}

/** What follows from other fields is there, too; a context that is empty is none. */
function completed(target: BakeTarget): BakeTarget {
  const { contexts, entitlements = [] } = target;
  const given = Object.entries(contexts ?? {}).filter(([, value]) => value !== '');
  return {
    ...target,
    ...(contexts && { contexts: Object.fromEntries(given) }),
    ...(target.network === 'host' && { entitlements: [...new Set([...entitlements, 'network.host'])] }),
  };
}

/** What is built for a target may do what that needs. */
function withEntitlements(target: BakeTarget, used: BakeTarget | undefined): BakeTarget {
  const more = used?.entitlements ?? [];
  const { entitlements = [] } = target;
  return more.length === 0 ? target : { ...target, entitlements: [...new Set([...entitlements, ...more])] };
}

function circle(users: readonly string[], name: string): Error {
  const last = users.at(-1);
  return new Error(last === name ? `target ${name} cannot link to itself` : `infinite loop from ${last} to ${name}`);
}

/** Names come from files: they may be those of what every object has. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
