// What happened, for everybody who listens: the last events kept for `--since`, and live listeners.

import type { EventMessage } from '../../api/types/system.ts';
import { AsyncQueue } from '../../lib/streams/async-queue.ts';

/** Docker keeps as many for `--since`. */
const kept = 256;
/** A listener that does not read loses the oldest beyond this, so that it cannot fill the daemon's memory. */
const listenerLimit = 10_000;

type EventInput = Pick<EventMessage, 'Type' | 'Action'> & { id: string; attributes: Record<string, string> };

export class EventLog {
  readonly #past: EventMessage[] = [];
  readonly #listeners = new Set<AsyncQueue<EventMessage>>();
  #total = 0;

  /** How many events there were since the daemon started. */
  get total(): number {
    return this.#total;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Containers and images also carry the fields old clients read. */
  publish(input: EventInput, now: Date = new Date()): void {
    const milliseconds = now.getTime();
    const old =
      input.Type === 'container' || input.Type === 'image'
        ? { status: input.Action, id: input.id, ...(input.attributes.image ? { from: input.attributes.image } : {}) }
        : {};
    const event: EventMessage = {
      ...old,
      Type: input.Type,
      Action: input.Action,
      Actor: { ID: input.id, Attributes: input.attributes },
      scope: 'local',
      time: Math.floor(milliseconds / 1000),
      timeNano: milliseconds * 1e6,
    };
    this.#total++;
    this.#past.push(event);
    if (this.#past.length > kept) this.#past.shift();
    for (const listener of this.#listeners) listener.push(event);
  }

  /** The kept events between two times (milliseconds since 1970, both included). */
  between(since: number, until: number): EventMessage[] {
    return this.#past.filter(event => event.timeNano >= since * 1e6 && event.timeNano <= until * 1e6);
  }

  /** Live events from now on; ending the iteration ends the listening. */
  listen(): AsyncQueue<EventMessage> {
    const queue: AsyncQueue<EventMessage> = new AsyncQueue({
      limit: listenerLimit,
      onReturn: () => this.#listeners.delete(queue),
    });
    this.#listeners.add(queue);
    return queue;
  }
}
