// Who may do what with which repository.
import type { AccessOptions, Action } from '../options.ts';
import { matchesAny } from './name-pattern.ts';

type RuleOptions = Pick<AccessOptions, 'rules' | 'groups'>;

export class Rules {
  readonly #options: RuleOptions;

  constructor(options: RuleOptions) {
    this.#options = options;
  }

  /** `user` is empty for somebody who did not sign in. */
  allow(user: string, action: Action, repository: string): boolean {
    return this.#options.rules.some(
      rule =>
        rule.actions.includes(action) &&
        rule.users.some(subject => this.#includes(subject, user)) &&
        matchesAny(rule.repositories, repository, user),
    );
  }

  #includes(subject: string, user: string): boolean {
    if (subject === 'anonymous') return true;
    if (user === '') return false;
    if (subject.startsWith('@')) return this.#options.groups[subject.slice(1)]?.includes(user) ?? false;
    return subject === '*' || subject === user;
  }
}
