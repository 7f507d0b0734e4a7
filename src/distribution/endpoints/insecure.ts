// Which registries need no trusted certificate and may speak plain HTTP.
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { invalid } from '../../lib/errors.ts';

type Lookup = (name: string) => Promise<readonly { readonly address: string }[]>;

/** The `insecure-registries` option, read. Loopback always belongs to it. */
export class InsecureRegistries {
  /** As `info` shows them; Docker's two come first. */
  readonly cidrs: readonly string[];
  /** `host` or `host:port`. */
  readonly hosts: readonly string[];
  readonly #blocks = new BlockList();
  readonly #lookup: Lookup;

  /** Throws `invalid` in Docker's words for an entry that is neither host nor network. `find` gives the addresses of a name. */
  constructor(list: readonly string[], find: Lookup = name => lookup(name, { all: true })) {
    this.#lookup = find;
    const entries = list.map(withoutScheme);
    const networks = ['::1/128', '127.0.0.0/8', ...entries.filter(isCidr)];
    for (const network of networks) this.#add(network);
    this.cidrs = [...new Set(networks)];
    this.hosts = [...new Set(entries.filter(entry => !isCidr(entry)))];
  }

  /** `host` as in a reference, with its port; a name is looked up, since networks are of addresses. */
  async has(host: string): Promise<boolean> {
    if (this.hosts.includes(host)) return true;
    const name = hostName(host);
    if (isIP(name)) return this.#covers(name);
    if (name === 'localhost') return true;
    try {
      const addresses = await this.#lookup(name);
      return addresses.some(({ address }) => this.#covers(address));
    } catch {
      // The request itself will say better why.
      return false;
    }
  }

  #add(network: string): void {
    const [address = '', prefix] = network.split('/');
    this.#blocks.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }

  #covers(address: string): boolean {
    return this.#blocks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

/** `[::1]:5000` → `::1`, `quay.io:443` → `quay.io`. */
export function hostName(host: string): string {
  const bracketed = /^\[(.*)\](?::\d+)?$/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d+$/, '');
}

function isCidr(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d+$/.test(prefix ?? '') && Number(prefix) <= (family === 4 ? 32 : 128);
}

function withoutScheme(entry: string): string {
  const host = entry.replace(/^https?:\/\//i, '').replace(/\/$/, '');
  if (isCidr(host)) return host;
  if (/^-|-$/.test(host)) throw invalid(`invalid index name (${host}). Cannot begin or end with a hyphen`);
  const port = /:(\d+)$/.exec(host)?.[1];
  if (!/^(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9._-]+)(:\d+)?$/.test(host))
    throw invalid(`insecure registry ${entry} is not valid: invalid host "${host}"`);
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) {
    throw invalid(`insecure registry ${entry} is not valid: invalid port "${port}"`);
  }
  return host;
}
