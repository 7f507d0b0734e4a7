// Connections that wait for their next request.
import type { Duplex } from 'node:stream';

const idleTime = 30_000;
const mostPerPlace = 8;

interface Idle {
  connection: Duplex;
  timer: ReturnType<typeof setTimeout>;
  drop: () => void;
}

/** By place. They keep no process alive, and go when the other side closes them or after half a minute. */
export class IdleConnections {
  readonly #places = new Map<string, Idle[]>();

  /** The one used last; undefined when there is none. The taker owns it. */
  take(place: string): Duplex | undefined {
    const list = this.#places.get(place);
    const idle = list?.pop();
    if (!idle) return undefined;
    if (list?.length === 0) this.#places.delete(place);
    detach(idle);
    if ('ref' in idle.connection && typeof idle.connection.ref === 'function') idle.connection.ref();
    return idle.connection;
  }

  /** Takes a connection on which nothing is under way. */
  put(place: string, connection: Duplex): void {
    const list = this.#places.get(place) ?? [];
    if (connection.destroyed || list.length >= mostPerPlace) {
      connection.destroy();
      return;
    }
    this.#places.set(place, list);
    const drop = () => {
      detach(idle);
      const at = list.indexOf(idle);
      if (at >= 0) list.splice(at, 1);
      if (list.length === 0 && this.#places.get(place) === list) this.#places.delete(place);
      connection.on('error', () => {});
      connection.destroy();
    };
    const idle: Idle = { connection, drop, timer: setTimeout(drop, idleTime) };
    idle.timer.unref();
    if ('unref' in connection && typeof connection.unref === 'function') connection.unref();
    // Whatever comes now belongs to no request.
    for (const event of ['end', 'close', 'error', 'data']) connection.once(event, drop);
    list.push(idle);
  }

  close(): void {
    for (const list of this.#places.values()) for (const { drop } of [...list]) drop();
    this.#places.clear();
  }
}

function detach({ connection, timer, drop }: Idle): void {
  clearTimeout(timer);
  for (const event of ['end', 'close', 'error', 'data']) connection.off(event, drop);
}
