// All registries there are, as the other rooms see them.
import type { Credentials } from './credentials.ts';
import type { CallOptions, Repository, RepositoryName } from './repository.ts';
import type { SearchResult } from './search-result.ts';

/** What is to be done with a repository; a token is asked for exactly that. */
export type Action = 'pull' | 'push' | 'delete';

export interface RegistryConfiguration {
  readonly mirrors: ReadonlyMap<string, readonly string[]>;
  /** CIDRs; loopback is always among them. */
  readonly insecureNetworks: readonly string[];
  readonly insecureHosts: readonly string[];
}

/** How a repository is asked. */
export interface RepositoryOptions {
  readonly credentials?: Credentials | undefined;
  readonly actions?: readonly Action[];
  readonly from?: readonly string[];
  readonly onWarning?: ((warning: string) => void) | undefined;
}

/** Registries by the domain of a reference (`docker.io`, `localhost:5000`). Implemented by `Distribution`. */
export interface Registries {
  /** For `docker info`: mirrors by domain, and which registries are insecure. */
  readonly configuration: RegistryConfiguration;

  /**
   * Talks to nobody yet. `actions`: `['pull']` when not said. `from`: further repositories whose blobs will be mounted.
   * Mirrors are asked for pulls only. `onWarning`: hears once of each thing the registry or a mirror warns of; who has none
   * leaves it to the log.
   */
  repository(name: RepositoryName, options?: RepositoryOptions): Repository;

  /**
   * `docker login`: proves the credentials to a registry (`docker.io`, its index URL, or `host[:port]`). Returns an
   * identity token where the token server gives one. Throws `unauthorized`.
   */
  login(
    server: string,
    credentials: Credentials,
    options?: CallOptions,
  ): Promise<{ identityToken: string | undefined }>;

  /** `docker search`; a term may name a registry (`localhost:5000/nginx`). At most `limit` rows. */
  search(
    term: string,
    options: CallOptions & { limit: number; credentials?: Credentials | undefined },
  ): Promise<SearchResult[]>;

  /** Names of a registry's repositories, page by page. */
  catalog(domain: string, options?: CallOptions & { credentials?: Credentials | undefined }): AsyncIterable<string>;
}
