// Which repositories are those of another registry.
import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../../lib/errors.ts';
import { isRepositoryName } from '../names.ts';
import type { UpstreamOptions } from '../options.ts';
import { SharedFetches } from './shared-fetches.ts';
import { Upstream, type UpstreamDependencies } from './upstream.ts';

/** A repository here that stands for one there. */
export interface CachedName {
  readonly upstream: Upstream;
  /** Its name here, and there. */
  readonly name: string;
  readonly path: string;
}

export class Upstreams {
  /** What is being fetched, by what it is: several who ask get one fetch. */
  readonly fetches: SharedFetches;
  readonly #byPrefix: readonly (readonly [string, Upstream])[];

  /**
   * Throws `invalid` for a prefix that no repository's name can begin with. After `previous`: fetches that run are
   * shared with it, and what it knows of upstreams that stay as they are.
   */
  constructor(options: readonly UpstreamOptions[], dependencies: UpstreamDependencies, previous?: Upstreams) {
    this.fetches = previous?.fetches ?? new SharedFetches();
    const known = previous ? previous.#byPrefix : [];
    this.#byPrefix = options.map(one => {
      if (!isRepositoryName(one.prefix)) throw invalid(`upstreams: "${one.prefix}" cannot be a prefix`);
      const same = known.find(([, upstream]) => isDeepStrictEqual(upstream.options, one));
      return same ?? ([`${one.prefix}/`, new Upstream(one, dependencies)] as const);
    });
  }

  /** Undefined for a repository of our own. The longest prefix counts. */
  find(name: string): CachedName | undefined {
    const fitting = this.#byPrefix.filter(([prefix]) => name.startsWith(prefix));
    const [best] = fitting.sort(([a], [b]) => b.length - a.length);
    return best && { upstream: best[1], name, path: name.slice(best[0].length) };
  }
}
