// Where a registry's API is: the places to ask, in order.
import { BerthError } from '../../lib/errors.ts';
import type { InsecureRegistries } from './insecure.ts';
import type { Mirrors } from './mirrors.ts';

/** One place. */
export interface Endpoint {
  /** `https://registry-1.docker.io`: without a slash at the end. */
  readonly base: string;
  /** The registry it belongs to: `docker.io`. */
  readonly domain: string;
  readonly mirror: boolean;
  /** Its certificate is not checked. */
  readonly insecure: boolean;
}

const dockerHub = 'docker.io';
const hubHost = 'registry-1.docker.io';

/** Mirrors first (when they may be used), then the registry by HTTPS, then, where that is allowed, by HTTP. Throws `unavailable`. */
export async function findEndpoints(
  domain: string,
  o: { mirrors: Mirrors; insecure: InsecureRegistries; useMirrors: boolean },
): Promise<Endpoint[]> {
  const mirrors = o.useMirrors ? (o.mirrors.get(domain) ?? []) : [];
  const places = await Promise.all(
    mirrors.map(async base => ({ base, domain, mirror: true, insecure: await o.insecure.has(new URL(base).host) })),
  );
  const host = domain === dockerHub ? hubHost : domain;
  const own = { domain, mirror: false, insecure: domain !== dockerHub && (await o.insecure.has(domain)) };
  places.push({ ...own, base: `https://${host}` });
  if (own.insecure) places.push({ ...own, base: `http://${host}` });
  const port = /:(\d+)$/.exec(host)?.[1];
  if (Number(port) <= 65535 || port === undefined) return places;
  const { base } = places.at(-1) as Endpoint;
  throw new BerthError('unavailable', `Get "${base}/v2/": dial tcp: address ${port}: invalid port`);
}
