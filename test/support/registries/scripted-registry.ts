// A registry that says what a test has it say, and remembers what it was asked.

import type { AddressInfo } from 'node:net';
import type { Exchange } from '../../../src/lib/http/exchange.ts';
import { HttpServer } from '../../../src/lib/http/http-server.ts';

interface ScriptedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** Start it, say in `answers` what becomes of `METHOD /path` (without a query); everything else is 404. Dispose it. */
export class ScriptedRegistry implements AsyncDisposable {
  readonly requests: ScriptedRequest[] = [];
  answers: Record<string, ScriptedAnswer | ((request: ScriptedRequest) => ScriptedAnswer)> = {};
  readonly #server: HttpServer;
  #port = 0;

  private constructor() {
    this.#server = new HttpServer(exchange => this.#handle(exchange));
  }

  static async start(): Promise<ScriptedRegistry> {
    const registry = new ScriptedRegistry();
    const address = (await registry.#server.listen({ host: '127.0.0.1', port: 0 })) as AddressInfo;
    registry.#port = address.port;
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** `METHOD target` of each request so far. */
  get asked(): string[] {
    return this.requests.map(({ method, target }) => `${method} ${target}`);
  }

  /** The last request of a method. */
  last(method: string): ScriptedRequest | undefined {
    return this.requests.findLast(request => request.method === method);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }

  async #handle(exchange: Exchange): Promise<void> {
    const { method, target } = exchange;
    const body = await exchange.body.buffer(16 * 1024 * 1024);
    const request = { method, target, headers: { ...exchange.headers }, body };
    this.requests.push(request);
    const said = this.answers[`${method} ${target.split('?')[0]}`] ?? { status: 404, body: '{}' };
    const answer = typeof said === 'function' ? said(request) : said;
    exchange.send(answer.status, answer.headers ?? {}, answer.body ?? '');
  }
}
