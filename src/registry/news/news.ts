// All receivers of what happens.
import { randomUUID } from 'node:crypto';
import type { Logger } from '../../lib/logger.ts';
import type { WebhookOptions } from '../options.ts';
import type { RegistryEvent } from './event.ts';
import { Webhook, type WebhookState } from './webhook.ts';

export class News {
  readonly #webhooks: readonly Webhook[];
  readonly #instance = randomUUID();
  readonly #now: () => number;

  constructor(webhooks: readonly WebhookOptions[], { logger, now }: { logger: Logger; now: () => number }) {
    this.#webhooks = webhooks.map(options => new Webhook(options, logger));
    this.#now = now;
  }

  /** Returns at once; delivery goes on in the background. */
  tell(event: RegistryEvent): void {
    if (this.#webhooks.length === 0) return;
    const source = { timestamp: new Date(this.#now()).toISOString(), instance: this.#instance };
    for (const webhook of this.#webhooks) webhook.send(event, source);
  }

  states(): WebhookState[] {
    return this.#webhooks.map(webhook => webhook.state);
  }

  async close(): Promise<void> {
    await Promise.all(this.#webhooks.map(webhook => webhook.close()));
  }
}
