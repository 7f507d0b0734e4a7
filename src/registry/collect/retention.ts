// Which tags have had their time.
import { matchesAny } from '../access/name-pattern.ts';
import type { RetentionRule } from '../options.ts';
import type { TagLink } from '../storage/repository.ts';

/** The tags that the rules of a repository give up at `now`; each rule for itself. */
export function planRetention(
  tags: ReadonlyMap<string, TagLink>,
  rules: readonly RetentionRule[],
  now: number,
): Set<string> {
  const given = new Set<string>();
  for (const rule of rules) {
    const pushed = (tag: string) => Date.parse(tags.get(tag)?.pushed ?? '');
    const matching = [...tags.keys()]
      .filter(tag => matchesAny(rule.tags, tag))
      .sort((a, b) => pushed(b) - pushed(a) || (a < b ? -1 : 1));
    const beyond = matching.slice(rule.keepLast ?? 0);
    const { maxAge } = rule;
    for (const tag of beyond) if (maxAge === undefined || pushed(tag) < now - maxAge) given.add(tag);
  }
  return given;
}

/** The rules for a repository. */
export function rulesFor(repository: string, rules: readonly RetentionRule[]): RetentionRule[] {
  return rules.filter(rule => matchesAny(rule.repositories, repository));
}
