// Patterns of repository names and tags: `*` stands for anything but a slash, `**` for anything.
import { RecentMap } from '../../lib/recent-map.ts';

/** Users whose own patterns are kept. */
const mostUsers = 1000;

/** Compiled once. `{user}` in a pattern stands for the user that is asked for, if there is one. */
export class NamePatterns {
  readonly #plain: readonly RegExp[];
  readonly #ofUsers: readonly string[];
  readonly #byUser = new RecentMap<string, readonly RegExp[]>(mostUsers);

  constructor(patterns: readonly string[]) {
    this.#plain = patterns.filter(pattern => !pattern.includes('{user}')).map(pattern => toExpression(pattern, ''));
    this.#ofUsers = patterns.filter(pattern => pattern.includes('{user}'));
  }

  /** Whether the whole of `name` matches one of them. */
  match(name: string, user = ''): boolean {
    const matches = (expression: RegExp) => expression.test(name);
    return this.#plain.some(matches) || this.#of(user).some(matches);
  }

  #of(user: string): readonly RegExp[] {
    if (user === '' || this.#ofUsers.length === 0) return [];
    const known = this.#byUser.get(user);
    const own = known ?? this.#ofUsers.map(pattern => toExpression(pattern, user));
    if (!known) this.#byUser.set(user, own);
    return own;
  }
}

function toExpression(pattern: string, user: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*|\{user\})/)
    .map(part => (part === '**' ? '.*' : part === '*' ? '[^/]*' : quote(part === '{user}' ? user : part)))
    .join('');
  return new RegExp(`^${source}$`);
}

const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
