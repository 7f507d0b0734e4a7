// The room's one class: all registries, by the configuration there is.
import { BerthError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Credentials } from './credentials.ts';
import { type Endpoint, findEndpoints } from './endpoints/endpoint.ts';
import { Habits } from './endpoints/habits.ts';
import { InsecureRegistries } from './endpoints/insecure.ts';
import { type Mirrors, parseMirrors } from './endpoints/mirrors.ts';
import type { DistributionOptions } from './options.ts';
import { logIn } from './protocol/login.ts';
import { readPages } from './protocol/pages.ts';
import { RegistryClient, type RegistryClientOptions } from './protocol/registry-client.ts';
import { searchRegistry } from './protocol/search.ts';
import type { Action, Registries, RegistryConfiguration, RepositoryOptions } from './registries.ts';
import { RemoteRepository } from './remote-repository.ts';
import type { CallOptions, RepositoryName } from './repository.ts';
import type { SearchResult } from './search-result.ts';
import { SignIn } from './sign-in/sign-in.ts';
import { Transport } from './transport/transport.ts';
import { TransportError } from './transport/transport-error.ts';

/** What a configuration comes to; replaced as a whole when it changes, so that transfers under way go on with theirs. */
interface Setup {
  readonly mirrors: Mirrors;
  readonly insecure: InsecureRegistries;
  readonly transport: Transport;
  readonly signIn: SignIn;
  readonly habits: Habits;
  readonly attempts: number;
  readonly patience: number;
}

const dockerHub = 'docker.io';
const indexHost = 'index.docker.io';
const mostWarnings = 10;

/** `close` gives up idle connections; requests under way go on. */
export class Distribution implements Registries {
  readonly #logger: Logger;
  #setup: Setup;

  /** Throws `invalid`, in Docker's words, for mirrors and insecure registries that are none. */
  constructor(options: DistributionOptions, deps: { logger: Logger }) {
    this.#logger = deps.logger;
    this.#setup = setUp(options);
  }

  /** Takes another configuration, for what begins from now on. Throws `invalid`, and then changes nothing. */
  configure(options: DistributionOptions): void {
    const next = setUp(options);
    this.#setup.transport.close();
    this.#setup = next;
  }

  get configuration(): RegistryConfiguration {
    const { mirrors, insecure } = this.#setup;
    return { mirrors, insecureNetworks: insecure.cidrs, insecureHosts: insecure.hosts };
  }

  repository(name: RepositoryName, o: RepositoryOptions = {}): RemoteRepository {
    const setup = this.#setup;
    const actions = o.actions ?? ['pull'];
    const scopes = [scope(name.path, actions), ...(o.from ?? []).map(path => scope(path, ['pull']))];
    const useMirrors = actions.every(action => action === 'pull');
    const warnOnce = eachOnce(
      o.onWarning ?? (warning => this.#logger.warn('registry warns', { repository: name.path, warning })),
    );
    let places: Promise<RegistryClient[]> | undefined;
    const find = async () =>
      setup.habits.order(await findEndpoints(name.domain, { ...setup, useMirrors })).map((endpoint, index, all) => {
        // The password is for the registry, not for whoever mirrors it.
        const credentials = endpoint.mirror ? undefined : o.credentials;
        const patience = index + 1 < all.length ? setup.patience : undefined;
        const onWarning = (text: string) => warnOnce(`${new URL(endpoint.base).host}: ${text}`);
        const { attempts } = setup;
        return new RegistryClient({ endpoint, credentials, scopes, attempts, patience, onWarning }, setup);
      });
    const deps = { logger: this.#logger, habits: setup.habits };
    return new RemoteRepository(name, () => (places ??= find()), deps);
  }

  async login(
    server: string,
    credentials: Credentials,
    options: CallOptions = {},
  ): Promise<{ identityToken: string | undefined }> {
    const { transport } = this.#setup;
    const identityToken = await this.#firstThatAnswers(serverDomain(server), endpoint =>
      logIn(transport, endpoint, credentials, options),
    );
    return { identityToken };
  }

  search(
    term: string,
    o: CallOptions & { limit: number; credentials?: Credentials | undefined },
  ): Promise<SearchResult[]> {
    const slash = term.indexOf('/');
    const first = term.slice(0, Math.max(slash, 0));
    const named = /[.:]/.test(first) || first === 'localhost';
    const domain = named ? serverDomain(first) : dockerHub;
    const query = { limit: o.limit, term: (named ? term.slice(slash + 1) : term).replace(/^library\//, '') };
    return this.#firstThatAnswers(domain, (endpoint, patience) => {
      const place = domain === dockerHub ? { ...endpoint, base: `https://${indexHost}` } : endpoint;
      return searchRegistry(this.#client(place, { patience, credentials: o.credentials, scopes: [] }), query, o);
    });
  }

  async *catalog(
    domain: string,
    o: CallOptions & { credentials?: Credentials | undefined } = {},
  ): AsyncGenerator<string, void> {
    const list = { path: '/v2/_catalog', key: 'repositories' };
    const scopes = ['registry:catalog:*'];
    const pages = await this.#firstThatAnswers(domain, async (endpoint, patience) => {
      const client = this.#client(endpoint, { patience, credentials: o.credentials, scopes });
      const iterator = readPages(client, list, o.signal);
      return { iterator, first: await iterator.next() };
    });
    if (pages.first.done) return;
    yield pages.first.value;
    yield* pages.iterator;
  }

  close(): void {
    this.#setup.transport.close();
  }

  #client(endpoint: Endpoint, options: Omit<RegistryClientOptions, 'endpoint' | 'attempts'>): RegistryClient {
    return new RegistryClient({ ...options, endpoint, attempts: this.#setup.attempts }, this.#setup);
  }

  /** HTTPS, then HTTP where that is allowed and HTTPS did not answer. */
  async #firstThatAnswers<T>(
    domain: string,
    work: (endpoint: Endpoint, patience: number | undefined) => Promise<T>,
  ): Promise<T> {
    const endpoints = await findEndpoints(domain, { ...this.#setup, useMirrors: false });
    for (const [index, endpoint] of endpoints.entries()) {
      try {
        return await work(endpoint, index + 1 < endpoints.length ? this.#setup.patience : undefined);
      } catch (error) {
        if (!(error instanceof TransportError) || index + 1 === endpoints.length) throw error;
      }
    }
    throw new BerthError('unavailable', `no place to find registry ${domain} at`);
  }
}

/** Throws `invalid`, in Docker's words, for mirrors and insecure registries that are none. */
export function checkDistributionOptions({ mirrors = [], insecureRegistries = [] }: DistributionOptions): void {
  parseMirrors(mirrors);
  new InsecureRegistries(insecureRegistries);
}

function setUp(options: DistributionOptions): Setup {
  const transport = new Transport({
    certificateFolders: options.certificateFolders ?? [],
    proxies: options.proxies ?? {},
    userAgent: options.userAgent ?? 'berth',
    ...(options.stallTime === undefined ? {} : { stallTime: options.stallTime }),
  });
  return {
    mirrors: parseMirrors(options.mirrors ?? []),
    insecure: new InsecureRegistries(options.insecureRegistries ?? []),
    transport,
    signIn: new SignIn(transport),
    habits: new Habits(),
    attempts: options.attempts ?? 5,
    patience: options.patience ?? 15_000,
  };
}

/** What a registry says with every answer is said once, and no more than a few things. */
function eachOnce(say: (text: string) => void): (text: string) => void {
  const said = new Set<string>();
  return text => {
    if (said.has(text) || said.size >= mostWarnings) return;
    said.add(text);
    say(text);
  };
}

function scope(path: string, actions: readonly Action[]): string {
  const all = actions.includes('push') && !actions.includes('pull') ? ['pull', ...actions] : actions;
  return `repository:${path}:${all.join(',')}`;
}

/** `https://index.docker.io/v1/` and `` mean Docker Hub; of other addresses the host counts. */
function serverDomain(server: string): string {
  const host = server.replace(/^https?:\/\//i, '').split('/')[0] as string;
  return host === '' || host === indexHost || host === 'registry-1.docker.io' ? dockerHub : host;
}
