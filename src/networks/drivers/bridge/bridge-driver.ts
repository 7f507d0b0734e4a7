// The `bridge` driver: a Linux bridge per network, a veth pair per container, addresses from the network's range, and
// published ports as elements of two firewall maps.

import type { Kernel } from '../../../kernel/index.ts';
import { BerthError, errorKind, errorMessage, systemError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { EndpointRequest, NetworkDriver, NetworkSetup } from '../../driver.ts';
import { planElements, portElement, portMaps } from '../../firewall/elements.ts';
import { bridgeRemoval, bridgeRuleset, tableRuleset } from '../../firewall/ruleset.ts';
import { AddressPool } from '../../ipam/address-pool.ts';
import { formatIpv4, formatSubnet, macOf, parseIpv4 } from '../../ipam/ipv4.ts';
import type { Endpoint, Network, PortBinding } from '../../network.ts';
import { PortAllocator } from '../../ports/port-allocator.ts';
import { ensureBridgeLink, isForeignBridge, removeBridgeLink } from './bridge-link.ts';
import { type BridgeSettings, readBridgeSettings, withRange } from './bridge-settings.ts';
import { type Claim, claimName } from './claim-name.ts';
import { connectSandbox } from './connect-sandbox.ts';
import { type AddressRange, settleRange } from './settle-range.ts';

interface Bridge {
  settings: BridgeSettings;
  range: AddressRange;
  pool: AddressPool;
}

interface BridgeDriverOptions {
  /** nftables table of this daemon. */
  table: string;
  /** Address that ports are published on when none is named. */
  defaultAddress: string;
  /** Turn `net.ipv4.ip_forward` on. */
  ipForward: boolean;
}

/** See NetworkDriver. All bridges of one daemon share one table and one port allocator. */
export class BridgeDriver implements NetworkDriver {
  readonly name = 'bridge';
  readonly #options: BridgeDriverOptions;
  readonly #kernel: Kernel;
  readonly #logger: Logger;
  readonly #ports: PortAllocator;
  readonly #bridges = new Map<string, Bridge>();
  readonly #claims = new Map<string, Claim>();

  constructor(options: BridgeDriverOptions, deps: { kernel: Kernel; logger: Logger }) {
    this.#options = options;
    this.#kernel = deps.kernel;
    this.#logger = deps.logger;
    this.#ports = new PortAllocator({ defaultAddress: options.defaultAddress }, deps.kernel);
  }

  async start(setups: NetworkSetup[]): Promise<Network[]> {
    if (this.#options.ipForward) this.#enableForwarding();
    await this.#claim(`table ${this.#options.table}`, `firewall table ${this.#options.table}`);
    for (const { network } of setups) await this.#claimBridge(network);
    const settled = setups.map(setup => this.#bringUp(setup));
    const ruleset = tableRuleset(this.#options.table) + settled.map(({ id }) => this.#rules(id)).join('');
    try {
      await this.#kernel.firewall.apply(ruleset);
    } catch (error) {
      // A table of another shape under our name, from another version: `restore` fills the maps again.
      this.#logger.warn('firewall table does not fit, making it anew', { table: this.#options.table, error });
      await this.#kernel.firewall.removeTable(this.#options.table);
      await this.#kernel.firewall.apply(ruleset);
    }
    return settled;
  }

  async create(setup: NetworkSetup): Promise<Network> {
    await this.#claimBridge(setup.network);
    const network = this.#bringUp(setup);
    try {
      await this.#kernel.firewall.apply(this.#rules(network.id));
    } catch (error) {
      await this.remove(network);
      throw error;
    }
    return network;
  }

  async remove(network: Network): Promise<void> {
    const bridge = this.#bridges.get(network.id);
    if (!bridge) return;
    this.#bridges.delete(network.id);
    await this.#kernel.firewall.apply(bridgeRemoval(this.#options.table, bridge.settings));
    removeBridgeLink(this.#kernel.links, bridge.settings.link);
    await this.#claims.get(`bridge ${bridge.settings.link}`)?.release();
    this.#claims.delete(`bridge ${bridge.settings.link}`);
  }

  attach(network: Network, request: EndpointRequest, record: (endpoint: Endpoint) => void): Endpoint {
    const bridge = this.#get(network.id);
    const address = this.#takeAddress(bridge, request.ipv4);
    let ports: PortBinding[] = [];
    try {
      ports = this.#leasePorts(request, address);
      const endpoint: Endpoint = {
        containerId: request.containerId,
        networkId: network.id,
        endpointId: request.endpointId,
        address,
        prefix: bridge.range.subnet.prefix,
        gateway: formatIpv4(bridge.range.router ?? bridge.range.gateway),
        mac: request.mac || macOf(parseIpv4(address) ?? 0),
        ports,
        hostLink: `v${request.endpointId.slice(0, 12)}`,
        containerLink: request.containerLink,
      };
      record(endpoint);
      this.#connect(bridge, endpoint, request.sandbox);
      return endpoint;
    } catch (error) {
      this.#ports.release(request.endpointId);
      bridge.pool.release(address);
      throw error;
    }
  }

  detach(endpoint: Endpoint): void {
    this.#kernel.firewall.removeElements(this.#options.table, this.#elements(endpoint));
    this.#ports.release(endpoint.endpointId);
    this.#bridges.get(endpoint.networkId)?.pool.release(endpoint.address, endpoint.hostLink);
  }

  restore(endpoints: Endpoint[]): void {
    for (const endpoint of endpoints) this.#adopt(endpoint);
    this.#replug(endpoints);
    const { firewall } = this.#kernel;
    const wanted = endpoints.flatMap(endpoint => this.#elements(endpoint));
    for (const set of Object.values(portMaps)) {
      const plan = planElements(
        firewall.listElements(this.#options.table, set),
        wanted.filter(element => element.set === set),
      );
      if (plan.remove.length > 0) {
        firewall.removeElements(
          this.#options.table,
          plan.remove.map(({ key }) => ({ set, key })),
        );
      }
      if (plan.add.length > 0) firewall.addElements(this.#options.table, plan.add);
    }
  }

  async close(): Promise<void> {
    this.#ports.close();
    for (const claim of this.#claims.values()) await claim.release();
    this.#claims.clear();
  }

  async purge(): Promise<void> {
    // Without the claim, what has our names is another daemon's.
    if (!this.#claims.has(`table ${this.#options.table}`)) return;
    await this.#kernel.firewall.removeTable(this.#options.table);
    for (const { settings } of this.#bridges.values()) removeBridgeLink(this.#kernel.links, settings.link);
    this.#bridges.clear();
    await this.close();
  }

  #get(networkId: string): Bridge {
    const bridge = this.#bridges.get(networkId);
    if (!bridge) throw systemError(`network ${networkId} is not up`);
    return bridge;
  }

  async #claimBridge(network: Network): Promise<void> {
    const { link } = readBridgeSettings(network);
    await this.#claim(`bridge ${link}`, `bridge ${link}`);
  }

  async #claim(name: string, what: string): Promise<void> {
    if (this.#claims.has(name)) return;
    this.#claims.set(name, await claimName(name, `${what} belongs to another daemon that is running`));
  }

  #bringUp({ network, movable }: NetworkSetup): Network {
    const settings = readBridgeSettings(network);
    const { link, mtu } = settings;
    const { links } = this.#kernel;
    const foreign = isForeignBridge(links, link);
    const range = settleRange(links, { link, wanted: settings.range, movable, foreign });
    ensureBridgeLink(this.#kernel, { link, range, mtu });
    const stillThere = (name: string) => links.find(name) !== undefined;
    const reserved = [range.gateway, ...(range.router === undefined ? [] : [range.router])];
    const part = range.pool && { range: range.pool };
    const pool = new AddressPool({ subnet: range.subnet, ...part, reserved, stillThere });
    this.#bridges.set(network.id, { settings, range, pool });
    this.#logger.debug('bridge is up', { network: network.name, link, subnet: formatSubnet(range.subnet) });
    return withRange(network, range);
  }

  #rules(networkId: string): string {
    const { settings, range } = this.#get(networkId);
    return bridgeRuleset(this.#options.table, { ...settings, subnet: formatSubnet(range.subnet) });
  }

  #enableForwarding(): void {
    const { host } = this.#kernel;
    if (host.sysctl('net.ipv4.ip_forward')?.trim() === '1') return;
    host.setSysctl('net.ipv4.ip_forward', '1');
    this.#logger.info('turned on net.ipv4.ip_forward, so that containers reach other machines');
  }

  #takeAddress(bridge: Bridge, asked: string | undefined): string {
    if (!asked) return bridge.pool.allocate();
    bridge.pool.take(asked);
    return asked;
  }

  #leasePorts(request: EndpointRequest, address: string): PortBinding[] {
    try {
      return this.#ports.lease(request.endpointId, request.ports, address);
    } catch (error) {
      throw connectivityError(request, error);
    }
  }

  /** Lays the cable and publishes the ports; undoes the first when the second fails. */
  #connect(bridge: Bridge, endpoint: Endpoint, sandbox: string): void {
    const { link, mtu, icc } = bridge.settings;
    const hairpin = endpoint.ports.length > 0;
    connectSandbox(this.#kernel, { ...endpoint, bridge: link, sandbox, mtu, hairpin, isolated: !icc });
    const elements = this.#elements(endpoint);
    if (elements.length === 0) return;
    try {
      this.#kernel.firewall.addElements(this.#options.table, elements);
    } catch (error) {
      this.#kernel.links.remove(endpoint.hostLink);
      throw systemError(`publishing the ports of ${endpoint.address} failed: ${errorMessage(error)}`, error);
    }
  }

  #elements(endpoint: Endpoint) {
    return endpoint.ports.map(binding => portElement(binding, endpoint.address));
  }

  /** Puts cables back into bridges that somebody removed while no daemon was there, and that `start` has made again. */
  #replug(endpoints: Endpoint[]): void {
    const present = new Map(this.#kernel.links.list().map(link => [link.name, link]));
    for (const { networkId, hostLink } of endpoints) {
      const bridge = this.#bridges.get(networkId)?.settings.link ?? '';
      const master = present.get(bridge)?.index;
      const cable = present.get(hostLink);
      if (cable && master !== undefined && cable.master !== master) this.#kernel.links.setMaster(hostLink, bridge);
    }
  }

  /** Marks as taken what a running container has. */
  #adopt(endpoint: Endpoint): void {
    const fields = { container: endpoint.containerId };
    try {
      this.#bridges.get(endpoint.networkId)?.pool.take(endpoint.address);
    } catch (error) {
      this.#logger.warn('address of a running container is outside its network', { ...fields, error });
    }
    for (const port of this.#ports.adopt(endpoint.endpointId, endpoint.ports)) {
      this.#logger.warn('published port was taken by another process meanwhile', { ...fields, ...port });
    }
  }
}

function connectivityError(request: EndpointRequest, error: unknown): Error {
  const { containerName, endpointId } = request;
  const what = `driver failed programming external connectivity on endpoint ${containerName} (${endpointId})`;
  return new BerthError(errorKind(error), `${what}: ${errorMessage(error)}`, { cause: error });
}
