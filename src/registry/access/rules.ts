// Who may do what with which repository.
import type { AccessOptions, AccessRule, Action } from '../options.ts';
import { NamePatterns } from './name-pattern.ts';

type RuleOptions = Pick<AccessOptions, 'rules' | 'groups'>;

export class Rules {
  readonly #groups: RuleOptions['groups'];
  readonly #rules: readonly { rule: AccessRule; repositories: NamePatterns }[];

  constructor(options: RuleOptions) {
    this.#groups = options.groups;
    this.#rules = options.rules.map(rule => ({ rule, repositories: new NamePatterns(rule.repositories) }));
  }

  /** `user` is empty for somebody who did not sign in. */
  allow(user: string, action: Action, repository: string): boolean {
    return this.#rules.some(
      ({ rule, repositories }) =>
        rule.actions.includes(action) &&
        rule.users.some(subject => this.#includes(subject, user)) &&
        repositories.match(repository, user),
    );
  }

  #includes(subject: string, user: string): boolean {
    if (subject === 'anonymous') return true;
    if (user === '') return false;
    if (subject.startsWith('@')) return this.#groups[subject.slice(1)]?.includes(user) ?? false;
    return subject === '*' || subject === user;
  }
}
