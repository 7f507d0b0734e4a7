// One receiver: events go to it one after the other, each again and again until it takes it.
import { randomUUID } from 'node:crypto';
import { errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { WebhookOptions } from '../options.ts';
import { type EnvelopeSource, envelopeType, formatEnvelope } from './envelope.ts';
import type { RegistryEvent } from './event.ts';

const longestPause = 300_000;
// A receiver that is down for days must not take the registry's memory.
const queueLimit = 10_000;

export interface WebhookState {
  readonly name: string;
  readonly waiting: number;
  readonly delivered: number;
  readonly failures: number;
  readonly dropped: number;
}

export class Webhook {
  readonly #options: WebhookOptions;
  readonly #logger: Logger;
  readonly #queue: { event: RegistryEvent; source: EnvelopeSource }[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #counts = { delivered: 0, failures: 0, dropped: 0 };

  constructor(options: WebhookOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger.with({ webhook: options.name });
  }

  get state(): WebhookState {
    return { name: this.#options.name, waiting: this.#queue.length, ...this.#counts };
  }

  /** Queues an event if the receiver wants such; returns at once. */
  send(event: RegistryEvent, source: Omit<EnvelopeSource, 'id'>): void {
    if (!this.#options.actions.includes(event.action) || this.#stop.signal.aborted) return;
    this.#queue.push({ event, source: { ...source, id: randomUUID() } });
    if (this.#queue.length > queueLimit) {
      this.#queue.splice(1, 1);
      this.#counts.dropped++;
    }
    this.#running ??= this.#deliverAll().finally(() => {
      this.#running = undefined;
    });
  }

  /** Gives up what was not delivered. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the registry closes'));
    await this.#running;
    if (this.#queue.length > 0) this.#logger.warn('events were not delivered', { count: this.#queue.length });
  }

  async #deliverAll(): Promise<void> {
    for (let [next] = this.#queue; next && !this.#stop.signal.aborted; [next] = this.#queue) {
      const body = formatEnvelope(next.event, next.source);
      for (let pause = this.#options.backoff; !(await this.#post(body)); pause = Math.min(pause * 2, longestPause)) {
        await rest(pause, this.#stop.signal);
        if (this.#stop.signal.aborted) return;
      }
      this.#queue.shift();
      this.#counts.delivered++;
    }
  }

  /** True when the receiver took it. */
  async #post(body: string): Promise<boolean> {
    const { url, headers, timeout } = this.#options;
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(timeout)]);
      const response = await fetch(url, {
        ...{ method: 'POST', body, signal, redirect: 'error' as const },
        headers: { 'User-Agent': 'berth-registry', ...headers, 'Content-Type': envelopeType },
      });
      await response.body?.cancel();
      if (response.ok) return true;
      throw new Error(`status ${response.status}`);
    } catch (error) {
      this.#counts.failures++;
      this.#logger.warn('the receiver did not take an event', { error: errorMessage(error) });
      return false;
    }
  }
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}
