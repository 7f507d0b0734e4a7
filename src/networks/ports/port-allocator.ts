// Which ports of the host are ours: settles requests to bindings and holds each with a socket, so that no process of
// the host takes it while the firewall answers for it.

import type { Host, PortReservation, Sockets } from '../../kernel/index.ts';
import { errorCode, errorMessage, invalid, notImplemented, systemError } from '../../lib/errors.ts';
import { parseIpv4 } from '../ipam/ipv4.ts';
import type { PortBinding, PortRequest, Protocol } from '../network.ts';

/** Linux's own default, should the kernel not say. */
const fallbackRange = { first: 32768, last: 60999 };

/** Both ends included. */
interface PortRange {
  first: number;
  last: number;
}

interface Held {
  address: string;
  /** Absent when the port could not be taken again after a restart; the firewall answers for it all the same. */
  reservation: PortReservation | undefined;
}

/** How many ports would do. */
function choices({ hostPort }: PortRequest): number {
  if (typeof hostPort === 'object') return hostPort.last - hostPort.first + 1;
  return hostPort === 0 ? 65_536 : 1;
}

/** The host ports of one daemon. Leases are by owner (an endpoint's id). */
export class PortAllocator {
  readonly #kernel: { sockets: Sockets; host: Host };
  readonly #defaultAddress: string;
  /** By `tcp/8080`; several addresses may hold the same port. */
  readonly #held = new Map<string, Held[]>();
  readonly #leases = new Map<string, PortBinding[]>();
  readonly #nextEphemeral = new Map<string, number>();

  constructor(o: { defaultAddress: string }, kernel: { sockets: Sockets; host: Host }) {
    this.#kernel = kernel;
    this.#defaultAddress = o.defaultAddress;
  }

  /**
   * Settles and holds every request, or none. `target` is the container's address, for messages. Errors have Docker's
   * words: `Bind for … failed: port is already allocated` (one of ours has it), `failed to bind host port for …`
   * (the host has it), `all ports are allocated` (range exhausted); kind `system`, as Docker answers 500.
   */
  lease(owner: string, requests: PortRequest[], target: string): PortBinding[] {
    const settled = new Map<PortRequest, PortBinding>();
    try {
      // A port that was asked for must not be taken by one that may be any.
      for (const request of requests.toSorted((a, b) => choices(a) - choices(b))) {
        settled.set(request, this.#settle(request, target));
      }
    } catch (error) {
      for (const binding of settled.values()) this.#drop(binding);
      throw error;
    }
    const bindings = requests.map(request => settled.get(request) as PortBinding);
    if (bindings.length > 0) this.#leases.set(owner, bindings);
    return bindings;
  }

  /** Gives back what `owner` leased; nothing is fine. */
  release(owner: string): void {
    for (const binding of this.#leases.get(owner) ?? []) this.#drop(binding);
    this.#leases.delete(owner);
  }

  /**
   * Takes over bindings of a container that runs, after a restart. Returns those that a process of the host took in
   * the meantime: they stay leased, since the firewall still sends the port to the container.
   */
  adopt(owner: string, bindings: PortBinding[]): PortBinding[] {
    const lost: PortBinding[] = [];
    for (const binding of bindings) {
      const { protocol, hostIp: address, hostPort: port } = binding;
      let reservation: PortReservation | undefined;
      try {
        reservation = this.#kernel.sockets.reserve({ protocol, address, port });
      } catch {
        lost.push(binding);
      }
      this.#hold(binding, reservation);
    }
    if (bindings.length > 0) this.#leases.set(owner, bindings);
    return lost;
  }

  /** Closes every socket. */
  close(): void {
    for (const owner of [...this.#leases.keys()]) this.release(owner);
  }

  #settle(request: PortRequest, target: string): PortBinding {
    const { containerPort, protocol } = request;
    const hostIp = request.hostIp || this.#defaultAddress;
    if (hostIp.includes(':')) throw notImplemented(`publishing ports on IPv6 address ${hostIp} is not implemented yet`);
    if (parseIpv4(hostIp) === undefined) throw invalid(`invalid host IP address: ${hostIp}`);
    if (typeof request.hostPort === 'object' && request.hostPort.first !== request.hostPort.last) {
      return this.#settleInRange({ containerPort, protocol, hostIp, hostPort: 0 }, target, request.hostPort);
    }
    const port = typeof request.hostPort === 'object' ? request.hostPort.first : request.hostPort;
    if (port === 0) return this.#settleInRange({ containerPort, protocol, hostIp, hostPort: 0 }, target, undefined);
    const binding = { containerPort, protocol, hostIp, hostPort: port };
    const holder = this.#holder(protocol, hostIp, port);
    if (holder !== undefined) throw systemError(`Bind for ${holder}:${port} failed: port is already allocated`);
    try {
      this.#hold(binding, this.#kernel.sockets.reserve({ protocol, address: hostIp, port }));
    } catch (error) {
      throw bindError(binding, target, error);
    }
    return binding;
  }

  /** The first free port of the range; without one the ephemeral range, going on from the last port handed out. */
  #settleInRange(binding: PortBinding, target: string, asked: PortRange | undefined): PortBinding {
    const { protocol, hostIp } = binding;
    const range = asked ?? this.#ephemeralRange();
    const size = range.last - range.first + 1;
    const start = asked ? range.first : (this.#nextEphemeral.get(protocol) ?? range.first);
    for (let i = 0; i < size; i++) {
      const port = range.first + ((start - range.first + i) % size);
      if (this.#holder(protocol, hostIp, port) !== undefined) continue;
      const settled = { ...binding, hostPort: port };
      try {
        this.#hold(settled, this.#kernel.sockets.reserve({ protocol, address: hostIp, port }));
      } catch (error) {
        if (errorCode(error) === 'EADDRINUSE') continue;
        throw bindError(settled, target, error);
      }
      if (!asked) this.#nextEphemeral.set(protocol, port === range.last ? range.first : port + 1);
      return settled;
    }
    throw systemError('all ports are allocated');
  }

  #ephemeralRange(): PortRange {
    const [first, last] = (this.#kernel.host.sysctl('net.ipv4.ip_local_port_range') ?? '')
      .trim()
      .split(/\s+/)
      .map(Number);
    return first && last && first <= last ? { first, last } : fallbackRange;
  }

  /** The address under which one of ours holds the port in a way that excludes `address`. */
  #holder(protocol: Protocol, address: string, port: number): string | undefined {
    const any = '0.0.0.0';
    return this.#held
      .get(`${protocol}/${port}`)
      ?.find(held => held.address === address || held.address === any || address === any)?.address;
  }

  #hold(binding: PortBinding, reservation: PortReservation | undefined): void {
    const key = `${binding.protocol}/${binding.hostPort}`;
    const held = this.#held.get(key) ?? [];
    held.push({ address: binding.hostIp, reservation });
    this.#held.set(key, held);
  }

  #drop(binding: PortBinding): void {
    const key = `${binding.protocol}/${binding.hostPort}`;
    const held = this.#held.get(key) ?? [];
    const index = held.findIndex(one => one.address === binding.hostIp);
    if (index < 0) return;
    held.splice(index, 1)[0]?.reservation?.[Symbol.dispose]();
    if (held.length === 0) this.#held.delete(key);
  }
}

function bindError(binding: PortBinding, target: string, error: unknown): Error {
  const { hostIp, hostPort, containerPort, protocol } = binding;
  const what = `${hostIp}:${hostPort}:${target}:${containerPort}/${protocol}`;
  return systemError(`failed to bind host port for ${what}: ${reason(error)}`, error);
}

/** The kernel's reason in the words Docker's users know. */
function reason(error: unknown): string {
  const words: Record<string, string> = {
    EADDRINUSE: 'address already in use',
    EADDRNOTAVAIL: 'cannot assign requested address',
    EACCES: 'permission denied',
    EPROTONOSUPPORT: 'protocol not supported',
  };
  return words[errorCode(error) ?? ''] ?? errorMessage(error);
}
