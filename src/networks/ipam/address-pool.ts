// The addresses of one range: which are taken, and the lowest that is not.

import { conflict, invalid } from '../../lib/errors.ts';
import { formatIpv4, formatSubnet, lastAddress, parseIpv4, type Subnet } from './ipv4.ts';

/** Released addresses looked at again per allocation, so that a burst of stops does not make the next start slow. */
const lingeringChecks = 4;

/**
 * Hands out the lowest free address, as Docker does. Memory grows with what is taken, not with the range, and the
 * search begins where the last one ended unless something below came free.
 *
 * A released address can *linger*: while the old container's interface is still being torn down by the kernel it
 * would answer for the address, so the address comes back only once `stillThere(link)` says no.
 */
export class AddressPool {
  readonly #subnet: Subnet;
  readonly #first: number;
  readonly #last: number;
  readonly #taken = new Set<number>();
  readonly #lingering = new Map<number, string>();
  readonly #stillThere: (link: string) => boolean;
  /** No free address lies below. */
  #lowest: number;

  /** `reserved` addresses (the gateway) are never given; neither are the network and broadcast addresses. */
  constructor(o: { subnet: Subnet; range?: Subnet; reserved: number[]; stillThere?: (link: string) => boolean }) {
    const { subnet, range = subnet } = o;
    this.#subnet = subnet;
    // A /31 or /32 has no network and broadcast address to spare (RFC 3021).
    const spare = subnet.prefix >= 31 ? 0 : 1;
    this.#first = Math.max(range.base, subnet.base + spare);
    this.#last = Math.min(lastAddress(range), lastAddress(subnet) - spare);
    this.#lowest = this.#first;
    this.#stillThere = o.stillThere ?? (() => false);
    for (const address of o.reserved) this.#taken.add(address);
  }

  /** Takes the lowest free address. Throws `conflict` when there is none. */
  allocate(): string {
    this.#collect(lingeringChecks);
    for (let address = this.#lowest; address <= this.#last; address++) {
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      this.#lowest = address + 1;
      return formatIpv4(address);
    }
    this.#lowest = this.#last + 1;
    if (this.#collect(Number.POSITIVE_INFINITY) > 0) return this.allocate();
    throw conflict("no available IPv4 addresses on this network's address pools");
  }

  /** Takes this very address. Throws `invalid` when it is outside the range, `conflict` when it is taken. */
  take(text: string): void {
    const address = parseIpv4(text);
    if (address === undefined || address < this.#subnet.base || address > lastAddress(this.#subnet)) {
      throw invalid(`no configured subnet contains IP address ${text} (${formatSubnet(this.#subnet)})`);
    }
    this.#collect(Number.POSITIVE_INFINITY);
    if (this.#taken.has(address)) throw conflict('Address already in use');
    this.#taken.add(address);
  }

  /**
   * Gives an address back; one that is not taken is fine. With `link` it lingers until that link is gone, also when
   * nobody had taken it (the interface of a container that died with the daemon before this one).
   */
  release(text: string, link?: string): void {
    const address = parseIpv4(text);
    if (address === undefined) return;
    if (link) {
      this.#taken.add(address);
      this.#lingering.set(address, link);
    } else if (this.#taken.has(address)) {
      this.#free(address);
    }
  }

  #free(address: number): void {
    this.#taken.delete(address);
    if (address >= this.#first && address < this.#lowest) this.#lowest = address;
  }

  /** Frees up to `limit` of the longest lingering addresses whose link is gone; returns how many. */
  #collect(limit: number): number {
    let freed = 0;
    for (const [address, link] of this.#lingering.entries().take(Math.min(limit, this.#lingering.size)).toArray()) {
      this.#lingering.delete(address);
      if (this.#stillThere(link)) {
        // To the end of the line, so that the others are looked at too.
        this.#lingering.set(address, link);
      } else {
        this.#free(address);
        freed++;
      }
    }
    return freed;
  }
}
