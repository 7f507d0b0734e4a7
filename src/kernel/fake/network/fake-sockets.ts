// Packet sockets and ports in memory.
import { type Duplex, duplexPair } from 'node:stream';
import { systemCallError } from '../../libc/system-call-error.ts';
import type { DescriptorInbox, PortReservation, Sockets } from '../../sockets/sockets.ts';
import type { FakeState } from '../fake-kernel.ts';

const firstEphemeralPort = 49_152;

export class FakeSockets implements Sockets {
  readonly #state: Pick<FakeState, 'datagrams' | 'peers' | 'ports'>;
  #nextPort = firstEphemeralPort;

  constructor(state: Pick<FakeState, 'datagrams' | 'peers' | 'ports'>) {
    this.#state = state;
  }

  async connectSeqpacket(path: string): Promise<Duplex> {
    const [near, far] = duplexPair({ readableObjectMode: true });
    this.#state.peers.set(path, far);
    return near;
  }

  sendDatagram(path: string, text: string): void {
    this.#state.datagrams.push({ path, text });
  }

  openInbox(): DescriptorInbox {
    return { name: 'nobody', take: () => undefined, [Symbol.dispose]: () => {} };
  }

  reserve(o: { protocol: 'tcp' | 'udp' | 'sctp'; address: string; port: number }): PortReservation {
    const port = o.port || this.#nextPort++;
    const held = [...this.#state.ports].map(parsePort);
    if (held.some(other => other.protocol === o.protocol && other.port === port && overlap(o.address, other.address))) {
      throw systemCallError('bind', 'EADDRINUSE', `${o.protocol} ${o.address}:${port}`);
    }
    const name = `${o.protocol} ${o.address}:${port}`;
    this.#state.ports.add(name);
    return { port, [Symbol.dispose]: () => void this.#state.ports.delete(name) };
  }
}

function parsePort(held: string): { protocol: string; address: string; port: number } {
  const [protocol = '', where = ''] = held.split(' ');
  const colon = where.lastIndexOf(':');
  return { protocol, address: where.slice(0, colon), port: Number(where.slice(colon + 1)) };
}

/** Two addresses of one family, equal or one of them the wildcard. */
function overlap(a: string, b: string): boolean {
  if (a.includes(':') !== b.includes(':')) return false;
  return a === b || [a, b].some(address => address === '0.0.0.0' || address === '::');
}
