// Packet sockets and ports in memory.
import { type Duplex, duplexPair } from 'node:stream';
import { systemCallError } from '../../libc/system-call-error.ts';
import type { PortReservation, Sockets } from '../../sockets/sockets.ts';
import type { FakeState } from '../fake-kernel.ts';

const firstEphemeralPort = 49_152;

export class FakeSockets implements Sockets {
  readonly #state: Pick<FakeState, 'peers' | 'ports'>;
  #nextPort = firstEphemeralPort;

  constructor(state: Pick<FakeState, 'peers' | 'ports'>) {
    this.#state = state;
  }

  async connectSeqpacket(path: string): Promise<Duplex> {
    const [near, far] = duplexPair({ readableObjectMode: true });
    this.#state.peers.set(path, far);
    return near;
  }

  reserve(o: { protocol: 'tcp' | 'udp' | 'sctp'; address: string; port: number }): PortReservation {
    const port = o.port || this.#nextPort++;
    const taken = [o.address, '0.0.0.0'].some(address => this.#state.ports.has(`${o.protocol} ${address}:${port}`));
    if (taken) throw systemCallError('bind', 'EADDRINUSE', `${o.protocol} ${o.address}:${port}`);
    const name = `${o.protocol} ${o.address}:${port}`;
    this.#state.ports.add(name);
    return { port, [Symbol.dispose]: () => void this.#state.ports.delete(name) };
  }
}
