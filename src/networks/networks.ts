// The room's one object: networks by name and id, the endpoints on them, and the sandboxes they live in.

import { randomBytes } from 'node:crypto';
import type { Kernel, LinkStatistics } from '../kernel/index.ts';
import { conflict, notFound, systemError } from '../lib/errors.ts';
import { readIfThere } from '../lib/files/if-there.ts';
import type { Logger } from '../lib/logger.ts';
import type { Collection, Store } from '../store/index.ts';
import type { NetworkDriver, NetworkSetup } from './driver.ts';
import { BridgeDriver } from './drivers/bridge/bridge-driver.ts';
import { createHostDriver } from './drivers/host.ts';
import { createNoneDriver } from './drivers/none.ts';
import { EndpointRecords } from './endpoint-records.ts';
import { formatHostsFile, type HostsFileInput } from './files/hosts-file.ts';
import { formatResolvConf, type ResolvConfInput, usesResolvedStub } from './files/resolv-conf.ts';
import type { AttachRequest, Endpoint, IpamConfig, Network } from './network.ts';
import { defaultBridgeOptions, newNetwork, parseDefaultRange } from './predefined.ts';
import { Sandboxes } from './sandbox/sandboxes.ts';

/** How the predefined networks are set up. */
export interface NetworksOptions {
  execRoot: string;
  /** Name of the bridge link of the default network (`berth0`). */
  bridge: string;
  /** Gateway address and prefix of the default network (`172.17.0.1/16`); left out, the first free of Docker's pools. */
  bip?: string;
  /** Part of that subnet that containers get addresses from; without `bip` the subnet itself. */
  fixedCidr?: string;
  /** Default route of its containers, when that is not the bridge. */
  defaultGateway?: string;
  /** What `host-gateway` stands for in extra hosts; left out, the bridge's address. */
  hostGateway?: string;
  /** Name of the nftables table; two daemons must not share one. */
  table: string;
  /** Containers of the default network may talk to each other (default true). */
  icc?: boolean;
  /** Turn `net.ipv4.ip_forward` on where it is off (default true). */
  ipForward?: boolean;
  /** Masquerade what leaves the subnet (default true). */
  ipMasq?: boolean;
  /** Bytes (default 1500). */
  mtu?: number;
  /** Address that ports are published on when none is named (default `0.0.0.0`). */
  userlandIp?: string;
}

interface NetworksDeps {
  kernel: Kernel;
  store: Store;
  logger: Logger;
}

/**
 * All networks of one daemon. Life: `start`, `restore` once, then attach and detach, at last `stop` (containers run
 * on) or `purge` (nothing is left on the host).
 *
 * Invariant: whatever an endpoint has in the kernel (address, port, map element, interface) has a record before it is
 * made, and the record goes only after the rest is given back.
 */
export class Networks {
  readonly #options: NetworksOptions;
  readonly #logger: Logger;
  readonly #store: Store;
  readonly #records: { networks: Collection<Network>; endpoints: EndpointRecords };
  readonly #drivers: Map<string, NetworkDriver>;
  readonly #sandboxes: Sandboxes;
  readonly #networks = new Map<string, Network>();
  /** By container id. */
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(options: NetworksOptions, deps: NetworksDeps) {
    const { kernel, store, logger } = deps;
    this.#options = options;
    this.#logger = logger;
    this.#store = store;
    this.#records = { networks: store.collection('networks'), endpoints: new EndpointRecords(options) };
    this.#sandboxes = new Sandboxes(options, kernel);
    const defaultAddress = options.userlandIp || '0.0.0.0';
    const bridge = { table: options.table, defaultAddress, ipForward: options.ipForward ?? true };
    const drivers = [new BridgeDriver(bridge, { kernel, logger }), createHostDriver(), createNoneDriver()];
    this.#drivers = new Map(drivers.map(driver => [driver.name, driver]));
  }

  /**
   * Makes or takes over the predefined networks. Throws `conflict` when the address range of `bip` is taken, or when
   * another daemon that runs has the same bridge or table.
   */
  async start(): Promise<void> {
    for (const endpoint of this.#records.endpoints.list()) this.#endpoints.set(endpoint.containerId, endpoint);
    for (const { value } of this.#records.networks.list()) this.#networks.set(value.id, value);
    const setups = [
      ...this.#predefined(),
      ...this.list()
        .filter(network => !isPredefined(network))
        .map(fixed),
    ];
    const settled: Network[] = [];
    for (const driver of this.#drivers.values()) {
      settled.push(...(await driver.start(setups.filter(({ network }) => network.driver === driver.name))));
    }
    this.#store.transaction(() => {
      for (const network of settled) {
        // A start that changes nothing writes nothing.
        if (JSON.stringify(this.#networks.get(network.id)) !== JSON.stringify(network)) {
          this.#records.networks.put(network.id, network);
        }
        this.#networks.set(network.id, network);
      }
    });
  }

  /** Sorted by name. */
  list(): Network[] {
    return [...this.#networks.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** By name, id, or the beginning of an id, in this order; `conflict` when several ids begin so. */
  find(nameOrId: string): Network | undefined {
    const networks = [...this.#networks.values()];
    const exact = networks.find(network => network.name === nameOrId) ?? this.#networks.get(nameOrId);
    if (exact || nameOrId === '') return exact;
    const matches = networks.filter(network => network.id.startsWith(nameOrId));
    if (matches.length > 1) {
      throw conflict(`network ${nameOrId} is ambiguous (${matches.length} matches found based on ID prefix)`);
    }
    return matches[0];
  }

  /** Like `find`, but throws `not-found`: `network x not found`. */
  get(nameOrId: string): Network {
    const network = this.find(nameOrId);
    if (!network) throw notFound(`network ${nameOrId} not found`);
    return network;
  }

  /** Makes a fresh network namespace for the container and returns its path; `lo` is up. */
  createSandbox(containerId: string): string {
    return this.#sandboxes.create(containerId);
  }

  /** Takes the network namespace that the process made itself for the container's, and returns its path; `lo` is up. */
  adoptSandbox(containerId: string, pid: number): string {
    return this.#sandboxes.adopt(containerId, pid);
  }

  /** Drops the pin of the container's namespace; idempotent. Interfaces go with it, once its processes are gone. */
  removeSandbox(containerId: string): void {
    this.#sandboxes.remove(containerId);
  }

  /** Where the container's namespace is or would be pinned. */
  sandboxPath(containerId: string): string {
    return this.#sandboxes.path(containerId);
  }

  /**
   * Joins the container's sandbox to a network as `eth0` and publishes its ports; undoes itself on failure. Errors:
   * `not-found` for the network, `conflict` for a container that is attached already or an address that is taken,
   * `system` for ports, in Docker's words (`driver failed programming external connectivity on endpoint …`).
   */
  attach(request: AttachRequest): Endpoint {
    const network = this.get(request.network);
    const { containerId } = request;
    const present = this.#endpoints.get(containerId);
    if (present) throw conflict(`endpoint for container ${containerId} exists in network ${present.networkId}`);
    const endpointId = randomBytes(32).toString('hex');
    const record = (endpoint: Endpoint) => this.#records.endpoints.put(endpoint);
    try {
      const endpoint = this.#driver(network).attach(network, { ...request, endpointId, containerLink: 'eth0' }, record);
      this.#endpoints.set(containerId, endpoint);
      return endpoint;
    } catch (error) {
      this.#records.endpoints.delete(containerId);
      throw error;
    }
  }

  /**
   * Unpublishes the container's ports and gives its address back; idempotent. The interface is left to the namespace's
   * end, which is 200 times cheaper than removing it; its address is not given out again before.
   */
  detach(containerId: string): void {
    const endpoint = this.#endpoints.get(containerId);
    if (!endpoint) return;
    this.#driver(this.#networks.get(endpoint.networkId))?.detach(endpoint);
    this.#records.endpoints.delete(containerId);
    this.#endpoints.delete(containerId);
  }

  /**
   * Counters of the interfaces in the container's namespace, by name, without `lo`; empty when it has no namespace of
   * its own.
   */
  statistics(containerId: string): Map<string, LinkStatistics> {
    if (!this.#sandboxes.exists(containerId)) return new Map();
    return this.#sandboxes.statistics(containerId);
  }

  endpoint(containerId: string): Endpoint | undefined {
    return this.#endpoints.get(containerId);
  }

  /** Of one network (by id), or all. */
  endpoints(networkId?: string): Endpoint[] {
    return [...this.#endpoints.values()].filter(endpoint => !networkId || endpoint.networkId === networkId);
  }

  /**
   * Once after `start`: keeps what the `running` containers have, whatever became of it in the kernel meanwhile, and
   * releases everything else: endpoints, map elements, pinned namespaces.
   */
  async restore(o: { running: Set<string> }): Promise<void> {
    const gone = this.endpoints().filter(endpoint => !o.running.has(endpoint.containerId));
    for (const driver of this.#drivers.values()) {
      const isKept = ({ containerId, networkId }: Endpoint) =>
        o.running.has(containerId) && this.#networks.get(networkId)?.driver === driver.name;
      driver.restore(this.endpoints().filter(isKept));
    }
    for (const endpoint of gone) this.detach(endpoint.containerId);
    const namespaces = this.#sandboxes.sweep(o.running);
    if (gone.length + namespaces > 0) {
      this.#logger.info('released what no running container owns', { endpoints: gone.length, namespaces });
    }
  }

  /** Lets go of what holds ports and names for this process; everything containers need stays. */
  async stop(): Promise<void> {
    for (const driver of this.#drivers.values()) await driver.close();
  }

  /** Removes bridges, firewall table and namespaces; for a daemon that ends for good with no container running. */
  async purge(): Promise<void> {
    for (const containerId of [...this.#endpoints.keys()]) this.detach(containerId);
    this.#sandboxes.sweep(new Set());
    for (const driver of this.#drivers.values()) await driver.purge();
  }

  /** The text of a container's resolv.conf. */
  resolvConf(input: ResolvConfInput): string {
    const path = '/etc/resolv.conf';
    const text = readIfThere(path) ?? '';
    const resolved = '/run/systemd/resolve/resolv.conf';
    const real = !input.hostNetwork && usesResolvedStub(text) ? (readIfThere(resolved) ?? '') : '';
    return formatResolvConf(input, real ? { path: resolved, text: real } : { path, text });
  }

  /** What `host-gateway` stands for in extra hosts; empty where there is no bridge. */
  get hostGateway(): string {
    return this.#options.hostGateway ?? this.find('bridge')?.ipam.config[0]?.gateway ?? '';
  }

  /** The text of a container's hosts file. Throws `invalid` for a malformed extra host. */
  hostsFile(input: HostsFileInput): string {
    return formatHostsFile(input, { gateway: this.hostGateway, hostFile: () => readIfThere('/etc/hosts') ?? '' });
  }

  #driver(network: Network | undefined): NetworkDriver {
    const driver = this.#drivers.get(network?.driver ?? '');
    if (!driver) throw systemError(`no driver for network ${network?.name} (${network?.driver})`);
    return driver;
  }

  #predefined(): NetworkSetup[] {
    const { bridge, icc = true, ipMasq = true, mtu = 1500, userlandIp } = this.#options;
    const range = parseDefaultRange(this.#options);
    const record = (name: string, driver: string) => this.find(name) ?? newNetwork(name, driver);
    const settings = { bridge, icc, ipMasq, mtu, hostAddress: userlandIp || '0.0.0.0' };
    const known = record('bridge', 'bridge');
    const occupied = this.endpoints(known.id).some(endpoint => this.#sandboxes.exists(endpoint.containerId));
    const config = this.#rangeOf(known, occupied, range);
    const network = { ...known, options: defaultBridgeOptions(settings), ipam: { ...known.ipam, config } };
    return [{ network, movable: !range && !occupied }, fixed(record('host', 'host')), fixed(record('none', 'null'))];
  }

  /** The configured range, except that containers that run keep the one they are in. */
  #rangeOf(network: Network, occupied: boolean, range: IpamConfig | undefined): IpamConfig[] {
    const bare = network.ipam.config.map(({ subnet, gateway }) => ({ subnet, ...(gateway && { gateway }) }));
    const wanted = range ? [range] : bare;
    if (!occupied || JSON.stringify(wanted) === JSON.stringify(network.ipam.config)) return wanted;
    this.#logger.warn('bip, fixed-cidr and default-gateway take effect once no container is attached', {
      wanted: wanted[0]?.subnet,
      current: network.ipam.config[0]?.subnet,
    });
    return network.ipam.config;
  }
}

const fixed = (network: Network): NetworkSetup => ({ network, movable: false });

function isPredefined(network: Network): boolean {
  return ['bridge', 'host', 'none'].includes(network.name);
}
