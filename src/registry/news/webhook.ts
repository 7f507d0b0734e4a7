// One receiver: events go to it one after the other, each again and again until it takes it.
import { randomUUID } from 'node:crypto';
import { errorMessage } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { WebhookOptions } from '../options.ts';
import { type EnvelopeSource, envelopeType, formatEnvelope } from './envelope.ts';
import type { RegistryEvent } from './event.ts';
import { EventQueue } from './event-queue.ts';

const longestPause = 300_000;

export interface WebhookState {
  readonly name: string;
  readonly waiting: number;
  readonly delivered: number;
  readonly failures: number;
  readonly dropped: number;
}

/** Begins at once with what is left from before. */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #logger: Logger;
  readonly #queue: EventQueue;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #counts = { delivered: 0, failures: 0, dropped: 0 };

  /** `folder` is for events that wait. */
  constructor(options: WebhookOptions, { folder, logger }: { folder: string; logger: Logger }) {
    this.#options = options;
    this.#logger = logger.with({ webhook: options.name });
    this.#queue = new EventQueue(folder, this.#logger);
    this.#deliver();
  }

  get state(): WebhookState {
    return { name: this.#options.name, waiting: this.#queue.length, ...this.#counts };
  }

  /** Queues an event if the receiver wants such; returns at once. */
  send(event: RegistryEvent, source: Omit<EnvelopeSource, 'id'>): void {
    if (!this.#options.actions.includes(event.action) || this.#stop.signal.aborted) return;
    this.#counts.dropped += this.#queue.push(formatEnvelope(event, { ...source, id: randomUUID() }));
    this.#deliver();
  }

  /** What was not delivered waits for the next one with that folder. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the registry closes'));
    await this.#running;
    await this.#queue.settle();
    if (this.#queue.length > 0) this.#logger.info('events wait for the next start', { count: this.#queue.length });
  }

  #deliver(): void {
    if (!this.#running && this.#queue.length > 0) this.#running = this.#deliverAll();
  }

  async #deliverAll(): Promise<void> {
    for (let body = this.#queue.first; body !== undefined; body = this.#queue.first) {
      const taken = await this.#insist(body);
      if (this.#stop.signal.aborted && !taken) return;
      this.#queue.shift();
      if (taken) this.#counts.delivered++;
      else {
        this.#counts.dropped++;
        this.#logger.error('an event is given up', { attempts: this.#options.attempts });
      }
    }
    // In one step with finding nothing more: what comes next is delivered anew.
    this.#running = undefined;
  }

  /** False when the receiver never took it, or there is no time any more. */
  async #insist(body: string): Promise<boolean> {
    let pause = this.#options.backoff;
    for (let attempt = 1; !this.#stop.signal.aborted; attempt++) {
      if (await this.#post(body)) return true;
      if (attempt >= this.#options.attempts) return false;
      await rest(pause, this.#stop.signal);
      pause = Math.min(pause * 2, longestPause);
    }
    return false;
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
