// All receivers of what happens.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from '../../lib/logger.ts';
import type { WebhookOptions } from '../options.ts';
import type { RegistryEvent } from './event.ts';
import { Webhook, type WebhookState } from './webhook.ts';

interface NewsDeps {
  /** Where events wait, in a folder for each receiver by its name. */
  readonly folder: string;
  readonly logger: Logger;
  readonly now: () => number;
}

export class News {
  readonly #deps: NewsDeps;
  readonly #instance = randomUUID();
  #webhooks: readonly Webhook[] = [];
  #changing: Promise<void> = Promise.resolve();
  /** Changes under way, and what happens meanwhile. */
  #busy = 0;
  readonly #missed: [RegistryEvent, string][] = [];

  constructor(webhooks: readonly WebhookOptions[], deps: NewsDeps) {
    this.#deps = deps;
    this.#webhooks = this.#open(webhooks);
  }

  /** Other receivers from now on; what waits for one that stays under its name goes to that. */
  configure(webhooks: readonly WebhookOptions[]): Promise<void> {
    const change = async () => {
      // Two must not read and write one folder.
      await Promise.all(this.#webhooks.map(webhook => webhook.close()));
      this.#webhooks = this.#open(webhooks);
      this.#busy--;
      for (const [event, timestamp] of this.#missed.splice(0)) this.#send(event, timestamp);
    };
    this.#busy++;
    this.#changing = this.#changing.then(change);
    return this.#changing;
  }

  /** Returns at once; delivery goes on in the background. */
  tell(event: RegistryEvent): void {
    const timestamp = new Date(this.#deps.now()).toISOString();
    if (this.#busy > 0) this.#missed.push([event, timestamp]);
    else this.#send(event, timestamp);
  }

  states(): WebhookState[] {
    return this.#webhooks.map(webhook => webhook.state);
  }

  async close(): Promise<void> {
    await this.#changing;
    await Promise.all(this.#webhooks.map(webhook => webhook.close()));
  }

  #send(event: RegistryEvent, timestamp: string): void {
    for (const webhook of this.#webhooks) webhook.send(event, { timestamp, instance: this.#instance });
  }

  #open(webhooks: readonly WebhookOptions[]): Webhook[] {
    const { folder, logger } = this.#deps;
    return webhooks.map(
      options => new Webhook(options, { folder: join(folder, `to-${encodeURIComponent(options.name)}`), logger }),
    );
  }
}
