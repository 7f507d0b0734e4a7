// Access for those who sign in: with a password on every request, or with tokens.
import type { Exchange } from '../../lib/http/exchange.ts';
import type { AccessOptions } from '../options.ts';
import { Refusal } from '../refusal.ts';
import type { AccessControl, Identity, Need, Needs } from './access-control.ts';
import { readBasic, readBearer } from './basic-credentials.ts';
import { Htpasswd } from './htpasswd.ts';
import { Rules } from './rules.ts';
import { formatScope, type Grant, includes } from './tokens/scope.ts';
import { TokenServer } from './tokens/token-server.ts';

export class GuardedAccess implements AccessControl {
  /** The token endpoint, where tokens are wanted. */
  readonly tokens: TokenServer | undefined;
  readonly #options: AccessOptions;
  readonly #users: Htpasswd;
  readonly #rules: Rules;

  /** `root` is the registry's folder, for the key of the tokens. */
  constructor(options: AccessOptions, { root, now }: { root: string; now: () => number }) {
    this.#options = options;
    this.#users = new Htpasswd(options.htpasswd, now);
    this.#rules = new Rules(options);
    const { tokens } = options;
    if (tokens) this.tokens = new TokenServer({ tokens, root }, { users: this.#users, rules: this.#rules, now });
  }

  async authorize(exchange: Exchange, needs: Needs): Promise<Identity> {
    const header = exchange.headers.authorization;
    const bearer = this.tokens && readBearer(header);
    if (bearer !== undefined) return await this.#byToken(exchange, needs, bearer);
    const basic = readBasic(header);
    if (header !== undefined && !basic) throw this.#challenge(exchange, needs);
    const account = basic && (await this.#users.verify(basic.name, basic.password));
    if (basic && !account) throw this.#challenge(exchange, needs, { message: 'incorrect username or password' });
    const name = account?.name ?? '';
    const identity: Identity = { name, may: (action, repository) => this.#rules.allow(name, action, repository) };
    const enough = needs === 'visible' || (typeof needs === 'string' ? name !== '' : allows(identity, needs));
    if (enough) return identity;
    throw name === '' ? this.#challenge(exchange, needs) : new Refusal('DENIED', { detail: needs });
  }

  async #byToken(exchange: Exchange, needs: Needs, token: string): Promise<Identity> {
    const read = await this.tokens?.read(token);
    if (!read) throw this.#challenge(exchange, needs, { error: 'invalid_token' });
    const { user, grants } = read;
    const identity = this.#identityOf(user, grants);
    if (needs === 'any' || needs === 'visible') return identity;
    if (needs === 'catalog' ? includes(grants, 'registry', 'catalog', '*') : allows(identity, needs)) return identity;
    // A wider token helps only somebody who would get it.
    const byRules: Identity = { name: user, may: (action, repository) => this.#rules.allow(user, action, repository) };
    if (user === '' || needs === 'catalog' || allows(byRules, needs)) {
      throw this.#challenge(exchange, needs, { error: 'insufficient_scope' });
    }
    throw new Refusal('DENIED', { detail: needs });
  }

  #identityOf(user: string, grants: readonly Grant[]): Identity {
    return {
      name: user,
      // No token says what may be seen in lists.
      may: (action, repository) =>
        action === 'catalog'
          ? this.#rules.allow(user, action, repository)
          : includes(grants, 'repository', repository, action),
    };
  }

  /** What to do to be let in (RFC 6750, RFC 7617). */
  #challenge(exchange: Exchange, needs: Needs, { error, message }: { error?: string; message?: string } = {}): Refusal {
    const { realm, tokens } = this.#options;
    const said = message === undefined ? {} : { message };
    const detail = typeof needs === 'string' ? null : needs;
    if (!tokens) {
      return new Refusal('UNAUTHORIZED', {
        ...said,
        detail,
        headers: { 'WWW-Authenticate': `Basic realm=${quote(realm)}` },
      });
    }
    const scope = formatScope(needs);
    const parameters = {
      realm: tokens.realm ?? `${this.#origin(exchange)}/token`,
      service: tokens.service,
      ...(scope === undefined ? {} : { scope }),
      ...(error === undefined ? {} : { error }),
    };
    const text = Object.entries(parameters).map(([key, value]) => `${key}=${quote(value)}`);
    return new Refusal('UNAUTHORIZED', {
      ...said,
      detail,
      headers: { 'WWW-Authenticate': `Bearer ${text.join(',')}` },
    });
  }

  /** Where the client came to, as it knows it; a proxy in front says how. */
  #origin({ headers }: Exchange): string {
    const protocol = headers['x-forwarded-proto']?.split(',')[0]?.trim() ?? (this.#options.secure ? 'https' : 'http');
    return `${protocol === 'https' ? 'https' : 'http'}://${headers['x-forwarded-host'] ?? headers.host ?? 'localhost'}`;
  }
}

const allows = (identity: Identity, needs: readonly Need[]) =>
  needs.every(({ repository, actions }) => actions.every(action => identity.may(action, repository)));

const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
