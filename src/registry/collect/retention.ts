// Which tags have had their time.
import { NamePatterns } from '../access/name-pattern.ts';
import type { RetentionRule } from '../options.ts';
import type { TagLink } from '../storage/repository.ts';

/** The rules of a registry, each for itself. */
export class Retention {
  readonly #rules: readonly { rule: RetentionRule; repositories: NamePatterns; tags: NamePatterns }[];

  constructor(rules: readonly RetentionRule[]) {
    this.#rules = rules.map(rule => ({
      rule,
      repositories: new NamePatterns(rule.repositories),
      tags: new NamePatterns(rule.tags),
    }));
  }

  /** Whether any rule is for that repository. */
  concerns(repository: string): boolean {
    return this.#rules.some(({ repositories }) => repositories.match(repository));
  }

  /** The tags of a repository that are given up at `now`. */
  plan(repository: string, links: ReadonlyMap<string, TagLink>, now: number): Set<string> {
    const given = new Set<string>();
    const pushed = new Map([...links].map(([tag, link]) => [tag, Date.parse(link.pushed)]));
    for (const { rule, repositories, tags } of this.#rules) {
      if (!repositories.match(repository)) continue;
      const at = (tag: string) => pushed.get(tag) ?? Number.NaN;
      const matching = [...links.keys()]
        .filter(tag => tags.match(tag))
        .sort((a, b) => at(b) - at(a) || (a < b ? -1 : 1));
      const { maxAge, keepLast = 0 } = rule;
      for (const tag of matching.slice(keepLast)) if (maxAge === undefined || at(tag) < now - maxAge) given.add(tag);
    }
    return given;
  }
}
