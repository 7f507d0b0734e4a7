// A small world for the tests that need the real kernel: one Networks on a bridge of its own, sandboxes with servers
// in them, and a machine outside, joined to the host by a cable.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createKernel, type Kernel } from '../../kernel/index.ts';
import { silentLogger } from '../../lib/logger.ts';
import { openStore, type Store } from '../../store/index.ts';
import type { Endpoint, PortRequest } from '../network.ts';
import { Networks, type NetworksOptions } from '../networks.ts';

/** How long a caller waits who expects an answer: a SYN or an ARP that is lost goes out again after 1 s, then 2 s … */
const patience = 20_000;
/** How long one waits who expects none. */
const shortPatience = 1500;

/** Everything in it has names of its own, so that several can run side by side. Dispose it to leave nothing behind. */
export class Lab implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'networks-lab-'));
  readonly tag = randomBytes(3).toString('hex');
  readonly bridge = `tb${this.tag}`;
  readonly table = `lab_${this.tag}`;
  static #nextNumber = randomBytes(1).readUInt8();
  /** Third byte of the ranges used, from 10.201.0.0/16 and 10.202.0.0/16; no two labs of a process have the same. */
  readonly #number = Lab.#nextNumber++ % 256;
  readonly kernel: Kernel = createKernel();
  readonly #children: ChildProcess[] = [];
  #networks: Networks | undefined;
  #store: Store | undefined;
  #outside = false;

  get bip(): string {
    return `10.201.${this.#number}.1/24`;
  }

  /** The bridge's address. */
  get gateway(): string {
    return `10.201.${this.#number}.1`;
  }

  /** The host's address on the cable to the outside. */
  get hostAddress(): string {
    return `10.202.${this.#number}.1`;
  }

  get outsideAddress(): string {
    return `10.202.${this.#number}.2`;
  }

  get outside(): string {
    return join(this.root, 'outside');
  }

  get networks(): Networks {
    if (!this.#networks) throw new Error('not started');
    return this.#networks;
  }

  /** A daemon's life begins: records as an earlier one left them. */
  async start(options: Partial<NetworksOptions> = {}): Promise<Networks> {
    this.#store = openStore(join(this.root, 'berth.db'));
    const { root: execRoot, bridge, bip, table } = this;
    const all = { execRoot, bridge, bip, table, ...options };
    this.#networks = new Networks(all, { kernel: this.kernel, store: this.#store, logger: silentLogger });
    await this.#networks.start();
    return this.#networks;
  }

  /** What is left of a daemon after SIGKILL: its sockets are closed, everything else stays as it is. */
  async crash(): Promise<void> {
    await this.#networks?.stop();
    this.#store?.close();
    this.#networks = undefined;
  }

  /** Joins a machine outside to the host. It knows no way to the containers but the host. */
  addOutside(): void {
    const { links, netns } = this.kernel;
    netns.create(this.outside);
    this.#outside = true;
    links.addVeth(`to${this.tag}`, { name: 'eth0', netns: this.outside });
    links.addAddress(`to${this.tag}`, this.hostAddress, 24);
    links.setUp(`to${this.tag}`);
    netns.run(this.outside, () => {
      links.addAddress('eth0', this.outsideAddress, 24);
      links.setUp('eth0');
      links.addRoute({ gateway: this.hostAddress });
    });
  }

  /** A container's network without the container. */
  attach(containerId: string, ports: PortRequest[] = []): Endpoint {
    const sandbox = this.networks.createSandbox(containerId);
    return this.networks.attach({ containerId, containerName: `c-${containerId}`, network: 'bridge', sandbox, ports });
  }

  /** Starts a server in `namespace` that answers each call with `greeting` and the caller's address; returns its port. */
  async serve(namespace: string, port: number, greeting: string, protocol: 'tcp' | 'udp' = 'tcp'): Promise<number> {
    const [program = '', ...rest] = peer(namespace, 'serve', protocol, String(port), greeting);
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    const [line] = await once(child.stdout, 'data');
    return Number(line);
  }

  /** What the server at `address:port` answers to a caller in `namespace` ('' is the host); '' when nobody answers. */
  call(namespace: string, address: string, port: number, protocol: 'tcp' | 'udp' = 'tcp'): Promise<string> {
    return callPeer(namespace, protocol, address, port, patience);
  }

  /** The same for a caller who should get no answer and does not wait long for it. */
  callInVain(namespace: string, address: string, port: number): Promise<string> {
    return callPeer(namespace, 'tcp', address, port, shortPatience);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    if (!this.#networks) await this.start();
    await this.networks.purge();
    this.#store?.close();
    if (this.#outside) this.kernel.netns.remove(this.outside);
    this.kernel.links.remove(`to${this.tag}`);
    this.kernel.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

async function callPeer(
  namespace: string,
  protocol: string,
  address: string,
  port: number,
  patienceMs: number,
): Promise<string> {
  const [program = '', ...rest] = peer(namespace, 'call', protocol, address, String(port), String(patienceMs));
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  return await text(child.stdout);
}

function peer(namespace: string, ...words: string[]): string[] {
  const enter = namespace === '' ? [] : ['nsenter', `--net=${namespace}`];
  return [...enter, process.execPath, join(import.meta.dirname, 'peer.ts'), ...words];
}
