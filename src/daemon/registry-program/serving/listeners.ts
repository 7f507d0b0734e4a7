// Where the registry listens, which may change while it serves.

import type { Exchange } from '../../../lib/http/exchange.ts';
import { HttpServer } from '../../../lib/http/http-server.ts';
import { listenOn } from '../../../lib/http/listen/listen-on.ts';
import type { TlsIdentity } from '../../../lib/http/tls-listener.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { ListenPlace } from '../configuration/configuration.ts';

interface Listener {
  readonly place: ListenPlace;
  readonly server: HttpServer;
  /** Removes the file of a socket. */
  readonly cleanup: () => void;
}

/** Milliseconds that requests under way have when nobody listens any more. */
const shutdownGrace = 10_000;

/** Every connection there is, by the place it came to. */
export class Listeners {
  readonly #handler: (exchange: Exchange) => Promise<void>;
  readonly #logger: Logger;
  #open: readonly Listener[] = [];
  /** Places that were given up and still have requests. */
  readonly #closing = new Set<Promise<void>>();

  constructor(handler: (exchange: Exchange) => Promise<void>, { logger }: { logger: Logger }) {
    this.#handler = handler;
    this.#logger = logger;
  }

  /**
   * Listens at these places and no others; requests under way at others may end. Throws `conflict` or `system`, and then
   * listens where it did before.
   */
  async follow(places: readonly ListenPlace[], tls: TlsIdentity | undefined): Promise<void> {
    const wanted = new Map(places.map(place => [nameOf(place), place]));
    const kept = this.#open.filter(({ place }) => wanted.delete(nameOf(place)));
    const gone = this.#open.filter(listener => !kept.includes(listener));
    // First, as another address may be the same port.
    for (const listener of gone) this.#giveUp(listener);
    const added: Listener[] = [];
    try {
      for (const place of wanted.values()) added.push(await this.#listen(place, tls));
    } catch (error) {
      for (const listener of added) this.#giveUp(listener);
      this.#open = kept;
      for (const { place } of gone) this.#open = [...this.#open, await this.#listen(place, tls)];
      throw error;
    }
    this.#open = [...kept, ...added];
  }

  /** Connections that come from now on see these certificates. */
  renew(identity: TlsIdentity): void {
    for (const { server } of this.#open) server.renew(identity);
  }

  async close(): Promise<void> {
    for (const listener of this.#open) this.#giveUp(listener);
    this.#open = [];
    await Promise.all(this.#closing);
  }

  async #listen(place: ListenPlace, tls: TlsIdentity | undefined): Promise<Listener> {
    const server = new HttpServer(this.#handler);
    const { bound, cleanup } = await listenOn(server, addressOf(place, tls), this.#logger);
    const address = nameOf(bound.kind === 'tcp' ? bound : place);
    this.#logger.info('listening', { address, ...(place.path === undefined ? { tls: tls !== undefined } : {}) });
    return { place, server, cleanup };
  }

  #giveUp({ place, server, cleanup }: Listener): void {
    cleanup();
    const closing = server.close({ grace: shutdownGrace }).then(() => {
      this.#closing.delete(closing);
      this.#logger.debug('no longer listening', { address: nameOf(place) });
    });
    this.#closing.add(closing);
  }
}

function nameOf({ path, host, port }: ListenPlace): string {
  if (path !== undefined) return `unix://${path}`;
  return host?.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function addressOf({ path, host = '0.0.0.0', port = 0 }: ListenPlace, tls: TlsIdentity | undefined) {
  if (path !== undefined) return { kind: 'unix', path } as const;
  return { kind: 'tcp', host, port, ...(tls ? { tls } : {}) } as const;
}
