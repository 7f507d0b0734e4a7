// `/token`: gives tokens for passwords and for refresh tokens, by GET (Docker's token protocol) and POST (OAuth2).
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Call } from '../../call.ts';
import { commonHeaders } from '../../call.ts';
import type { TokenOptions } from '../../options.ts';
import { Refusal } from '../../refusal.ts';
import { readBasic } from '../basic-credentials.ts';
import type { Account, Htpasswd } from '../htpasswd.ts';
import type { Rules } from '../rules.ts';
import { type Grant, grant, parseScopes } from './scope.ts';
import { TokenKey } from './token-key.ts';

const accessType = 'JWT';
const refreshType = 'refresh+jwt';
const formLimit = 64 * 1024;

interface Request {
  readonly account: Account | undefined;
  readonly scopes: readonly Grant[];
  /** Whether the client wants something it can keep instead of the password. */
  readonly offline: boolean;
}

export class TokenServer {
  readonly #options: TokenOptions;
  readonly #key: Promise<TokenKey>;
  readonly #users: Htpasswd;
  readonly #rules: Rules;
  readonly #now: () => number;

  constructor(
    { tokens, root }: { tokens: TokenOptions; root: string },
    { users, rules, now }: { users: Htpasswd; rules: Rules; now: () => number },
  ) {
    this.#options = tokens;
    this.#key = TokenKey.open(join(root, 'token-key.json'));
    this.#key.catch(() => {});
    this.#users = users;
    this.#rules = rules;
    this.#now = now;
  }

  /** What an access token says: whose it is and what it grants; undefined when it does not count. */
  async read(token: string): Promise<{ user: string; grants: readonly Grant[] } | undefined> {
    const claims = await (await this.#key).verify(accessType, token, this.#now());
    if (claims?.aud !== this.#options.service || claims.iss !== this.#options.issuer) return undefined;
    return { user: claims.sub, grants: claims.access as Grant[] };
  }

  /** Answers a request to the endpoint. Throws the refusal for a wrong password or refresh token. */
  async answer({ exchange, query }: Call): Promise<void> {
    const request =
      exchange.method === 'POST' ? await this.#readForm(exchange.body) : await this.#readQuery(exchange, query);
    const granted = grant(this.#rules, request.account?.name ?? '', request.scopes);
    const now = this.#now();
    const { lifetime, refreshLifetime } = this.#options;
    const user = request.account?.name ?? '';
    const token = await this.#sign(accessType, { user, lifetime, access: granted });
    const { account } = request;
    const refresh =
      request.offline && account
        ? await this.#sign(refreshType, { user, lifetime: refreshLifetime, cred: account.fingerprint })
        : undefined;
    const body = {
      ...{
        token,
        access_token: token,
        expires_in: Math.floor(lifetime / 1000),
        issued_at: new Date(now).toISOString(),
      },
      scope: granted.map(one => `${one.type}:${one.name}:${one.actions.join(',')}`).join(' '),
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
    };
    const headers = { ...commonHeaders, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
    exchange.send(200, headers, JSON.stringify(body));
  }

  async #readQuery(exchange: Call['exchange'], query: URLSearchParams): Promise<Request> {
    const credentials = readBasic(exchange.headers.authorization);
    const account = credentials && (await this.#signIn(credentials.name, credentials.password));
    return {
      account,
      scopes: parseScopes(query.getAll('scope')),
      offline: query.get('offline_token') === 'true',
    };
  }

  async #readForm(body: Call['exchange']['body']): Promise<Request> {
    const form = new URLSearchParams((await body.buffer(formLimit)).toString('utf8'));
    const account =
      form.get('grant_type') === 'refresh_token'
        ? await this.#refresh(form.get('refresh_token') ?? '')
        : await this.#signIn(form.get('username') ?? '', form.get('password') ?? '');
    return {
      account,
      scopes: parseScopes(form.getAll('scope')),
      offline: form.get('access_type') === 'offline' || form.get('grant_type') === 'refresh_token',
    };
  }

  async #signIn(name: string, password: string): Promise<Account> {
    const account = await this.#users.verify(name, password);
    if (!account) throw new Refusal('UNAUTHORIZED', { message: 'incorrect username or password' });
    return account;
  }

  /** A refresh token ends with the password it was given for. */
  async #refresh(token: string): Promise<Account> {
    const claims = await (await this.#key).verify(refreshType, token, this.#now());
    const fingerprint = claims && (await this.#users.fingerprint(claims.sub));
    if (!claims || claims.aud !== this.#options.service || !fingerprint || claims.cred !== fingerprint) {
      throw new Refusal('UNAUTHORIZED', { message: 'the refresh token does not count any more: sign in again' });
    }
    return { name: claims.sub, fingerprint };
  }

  async #sign(
    type: string,
    { user, lifetime, ...extra }: { user: string; lifetime: number; access?: readonly Grant[]; cred?: string },
  ): Promise<string> {
    const seconds = Math.floor(this.#now() / 1000);
    const { issuer, service } = this.#options;
    const times = { iat: seconds, nbf: seconds, exp: seconds + Math.ceil(lifetime / 1000) };
    return await (await this.#key).sign(type, {
      iss: issuer,
      sub: user,
      aud: service,
      ...times,
      jti: randomUUID(),
      ...extra,
    });
  }
}
