// Which registries were found to speak plain HTTP a moment ago: HTTPS is not knocked at again for every transfer.
import { RecentMap } from '../../lib/recent-map.ts';
import type { Endpoint } from './endpoint.ts';

/** Milliseconds. One that has got a certificate since is noticed at once: it refuses plain HTTP. */
const memory = 60_000;

/** Only of registries that may speak plain HTTP at all. */
export class Habits {
  readonly #plain = new RecentMap<string, number>(1000);

  /** `endpoint` has answered first. */
  note(endpoint: Endpoint): void {
    if (isPlain(endpoint)) this.#plain.set(endpoint.domain, Date.now() + memory);
    else if (!endpoint.mirror) this.#plain.delete(endpoint.domain);
  }

  /** `endpoint` has failed; true when it was a habit. */
  forget(endpoint: Endpoint): boolean {
    return isPlain(endpoint) && this.#plain.delete(endpoint.domain);
  }

  /** The endpoints of one registry, with what it is known to speak before what it does not. */
  order(endpoints: readonly Endpoint[]): readonly Endpoint[] {
    const plain = endpoints.find(isPlain);
    if (!plain || (this.#plain.get(plain.domain) ?? 0) < Date.now()) return endpoints;
    const own = endpoints.filter(one => one !== plain && !one.mirror);
    return [...endpoints.filter(({ mirror }) => mirror), plain, ...own];
  }
}

const isPlain = ({ base, mirror }: Endpoint) => !mirror && base.startsWith('http:');
