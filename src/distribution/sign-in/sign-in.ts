// The `Authorization` of requests: what each registry asked for last time, and the tokens that are still good.
import { createHash } from 'node:crypto';
import { unlessCancelled } from '../../lib/concurrency/unless-aborted.ts';
import { BerthError, errorKind } from '../../lib/errors.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import type { Credentials } from '../credentials.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Transport } from '../transport/transport.ts';
import type { Challenge } from './challenge.ts';
import { basic, fetchToken, type Token } from './token-server.ts';

/** Who asks whom for what. */
interface Access {
  readonly endpoint: Endpoint;
  readonly credentials: Credentials | undefined;
  /** As `repository:library/nginx:pull,push`. */
  readonly scopes: readonly string[];
}

/** Of registries, and of tokens: whoever may pull names as many as they like. */
const most = 1000;

/** Shared by all repositories; a token that several want at once is fetched once. */
export class SignIn {
  readonly #transport: Transport;
  /** By endpoint. */
  readonly #challenges = new RecentMap<string, Challenge>(most);
  readonly #tokens = new RecentMap<string, Promise<Token>>(most);

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * The header's value; undefined where the registry asked for nothing yet, or for what can no longer be had: it then says
   * anew what it wants. Throws `unauthorized` for credentials that the token server refuses.
   */
  async authorization(access: Access, signal?: AbortSignal): Promise<string | undefined> {
    const challenge = this.#challenges.get(access.endpoint.base);
    // Who has nothing to show asks again: what the registry wanted last time it may not want now.
    if (!challenge || (challenge.scheme === 'basic' && !access.credentials?.username)) return undefined;
    try {
      return await this.#respond(challenge, access, signal);
    } catch (error) {
      if (['cancelled', 'unauthorized'].includes(errorKind(error))) throw error;
      // The registry may have another token server by now.
      if (this.#challenges.get(access.endpoint.base) === challenge) this.#challenges.delete(access.endpoint.base);
      return undefined;
    }
  }

  /**
   * After a 401: remembers what is asked for and returns a header that differs from `used`. Throws `unauthorized`
   * `no basic auth credentials` when there is nothing to show; undefined when nothing better can be had.
   */
  async renew(
    challenges: readonly Challenge[],
    access: Access,
    o: { used: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<string | undefined> {
    const challenge =
      challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges.find(({ scheme }) => scheme === 'basic');
    if (!challenge) return undefined;
    this.#challenges.set(access.endpoint.base, challenge);
    if (challenge.scheme === 'bearer' && o.used?.startsWith('Bearer ')) await this.#forget(challenge, access, o.used);
    const header = await this.#respond(challenge, access, o.signal);
    return header === o.used ? undefined : header;
  }

  async #respond(challenge: Challenge, access: Access, signal: AbortSignal | undefined): Promise<string | undefined> {
    const { credentials } = access;
    if (challenge.scheme === 'basic') {
      if (!credentials?.username) throw new BerthError('unauthorized', 'no basic auth credentials');
      return basic(credentials.username, credentials.password ?? '');
    }
    if (credentials?.registryToken) return `Bearer ${credentials.registryToken}`;
    return `Bearer ${(await this.#token(challenge, access, signal)).value}`;
  }

  async #token(challenge: Challenge, access: Access, signal: AbortSignal | undefined): Promise<Token> {
    const key = tokenKey(challenge, access);
    const known = this.#tokens.get(key);
    if (known) {
      const token = await unlessCancelled(known, signal);
      if (token.renewal > Date.now()) return token;
      if (this.#tokens.get(key) === known) this.#tokens.delete(key);
    }
    const fetching = this.#tokens.get(key) ?? this.#fetch(key, challenge, access);
    // The one who gives up must not take the token away from the others who wait for it.
    return await unlessCancelled(fetching, signal);
  }

  #fetch(key: string, challenge: Challenge, { endpoint, credentials, scopes }: Access): Promise<Token> {
    const { realm = '', service } = challenge.parameters;
    const fetching = fetchToken(this.#transport, {
      realm,
      service,
      scopes: allScopes(challenge, scopes),
      credentials,
      insecure: endpoint.insecure,
    });
    this.#tokens.set(key, fetching);
    fetching.catch(() => {
      if (this.#tokens.get(key) === fetching) this.#tokens.delete(key);
    });
    return fetching;
  }

  /** Unless somebody else has renewed it meanwhile. */
  async #forget(challenge: Challenge, access: Access, used: string): Promise<void> {
    const key = tokenKey(challenge, access);
    const known = this.#tokens.get(key);
    const token = await known?.catch(() => undefined);
    if (token && `Bearer ${token.value}` === used && this.#tokens.get(key) === known) this.#tokens.delete(key);
  }
}

/** What was wanted, and what the registry says it takes. */
function allScopes(challenge: Challenge, scopes: readonly string[]): string[] {
  const asked = challenge.parameters.scope?.split(' ').filter(Boolean) ?? [];
  const repositories = new Set(scopes.map(scope => scope.slice(0, scope.lastIndexOf(':'))));
  const further = asked.filter(scope => !repositories.has(scope.slice(0, scope.lastIndexOf(':'))));
  return [...scopes, ...further];
}

/** Secrets go into the key by their hash only. */
function tokenKey(challenge: Challenge, { credentials, scopes }: Access): string {
  const { realm = '', service = '' } = challenge.parameters;
  const { username = '', password = '', identityToken = '' } = credentials ?? {};
  const who = createHash('sha256')
    .update(JSON.stringify([username, password, identityToken]))
    .digest('base64');
  return [realm, service, ...allScopes(challenge, scopes), who].join('\n');
}
