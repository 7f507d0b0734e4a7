// Which targets a command line means, each with all that it inherits.
import type { BakeFile, BakeGroup, BakeTarget } from './bake-file.ts';
import { mergeTargets } from './merge-targets.ts';

export interface ResolvedTargets {
  /** Those that are built, and those whose results they are built from. */
  readonly targets: ReadonlyMap<string, BakeTarget>;
  /** Named ones first: `default` is what the command line means. */
  readonly groups: ReadonlyMap<string, BakeGroup>;
}

/** Throws a plain Error with buildx's wording for names there are not, and for circles. */
export function resolveTargets(file: BakeFile, names: readonly string[]): ResolvedTargets {
  const asked = names.length > 0 ? names : ['default'];
  const groups = new Map<string, BakeGroup>();
  const wanted = [...new Set(asked.flatMap(name => membersOf(file, name, [])))];
  for (const name of asked) {
    const group = file.groups[name];
    if (group && name !== 'default') groups.set(name, group);
  }
  // As buildx has it: the default group stands for what was asked for.
  const isDefault = asked.length === 1 && asked[0] === 'default';
  groups.set('default', { targets: isDefault ? (file.groups.default?.targets ?? asked) : [...asked] });
  const targets = new Map<string, BakeTarget>();
  const add = (name: string, users: readonly string[]) => {
    if (users.includes(name)) throw new Error(`infinite loop from ${name}`);
    if (targets.has(name)) return;
    const target = inherited(file, name, []);
    targets.set(name, { ...target, context: target.context ?? '.', dockerfile: target.dockerfile ?? 'Dockerfile' });
    for (const used of usedTargets(target)) {
      add(used, [...users, name]);
      // Their results are only looked at.
      const found = targets.get(used);
      if (found && !wanted.includes(used)) targets.set(used, { ...found, output: ['type=cacheonly'] });
    }
  };
  for (const name of wanted) add(name, []);
  return { targets, groups };
}

/** Targets that stand for contexts of this one. */
export function usedTargets({ contexts = {} }: BakeTarget): string[] {
  return Object.values(contexts).flatMap(value => (value.startsWith('target:') ? [value.slice('target:'.length)] : []));
}

function membersOf(file: BakeFile, name: string, above: readonly string[]): string[] {
  const group = file.groups[name];
  if (!group) {
    if (file.targets[name]) return [name];
    throw new Error(`failed to find target ${name}`);
  }
  // A group may have the name of one of its targets.
  if (above.includes(name)) return file.targets[name] ? [name] : [];
  return group.targets.flatMap(member => membersOf(file, member, [...above, name]));
}

function inherited(file: BakeFile, name: string, below: readonly string[]): BakeTarget {
  if (below.includes(name)) throw new Error(`infinite loop from ${below[0]}`);
  const target = file.targets[name];
  if (!target) throw new Error(`failed to find target ${name}`);
  const parents = (target.inherits ?? []).map(parent => inherited(file, parent, [...below, name]));
  const { inherits: _, description: __, ...own } = target;
  return mergeTargets(parents.reduce(mergeTargets, {}), own);
}
