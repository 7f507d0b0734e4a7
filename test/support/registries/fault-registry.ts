// A registry in memory that does wrong what a test asks it to: cuts, lies, refuses, delays, forgets tokens.

import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Exchange } from '../../../src/lib/http/exchange.ts';
import { HttpServer } from '../../../src/lib/http/http-server.ts';

/**
 * What happens to one answer. `cutAfter` and `stopAfter`: bytes of the body; `stopAfter` then says nothing more, and
 * `stopUploadAfter` takes no more; `notBefore` keeps a blob back until that resolves.
 */
type Fault =
  | { refuse: number; headers?: Record<string, string>; body?: string }
  | { cutAfter: number }
  | { stopAfter: number }
  | { corrupt: true }
  | { noRanges: true }
  | { notBefore: Promise<unknown> }
  | { cutUploadAfter: number }
  | { stopUploadAfter: number };

interface SeenRequest {
  method: string;
  target: string;
  /** From 1, for this method and target. */
  count: number;
  range: string | undefined;
  authorization: string | undefined;
}

interface Upload {
  parts: Buffer[];
  size: number;
}

/** Start it, put blobs and manifests in, say what goes wrong by `fault`; dispose it. */
export class FaultRegistry implements AsyncDisposable {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { bytes: Buffer; type: string }>();
  readonly requests: SeenRequest[] = [];
  /** Bytes of blobs that were sent. */
  served = 0;
  fault: (request: SeenRequest) => Fault | undefined = () => undefined;
  /** What it warns of with every manifest. */
  warning: string | undefined;
  /** With it requests need one of these bearer tokens, which `/token` gives to who has the password. */
  tokens: Set<string> | undefined;
  password = 'user:secret';
  /** What `/token` gives for the password when it is asked to, and takes instead of it. */
  readonly identityToken = 'identity';
  /** What came with identity tokens. */
  readonly forms: URLSearchParams[] = [];
  readonly #server: HttpServer;
  readonly #uploads = new Map<string, Upload>();
  readonly #waiting = new Set<() => void>();
  #port = 0;
  #next = 1;

  private constructor() {
    this.#server = new HttpServer(exchange => this.#handle(exchange));
  }

  static async start(): Promise<FaultRegistry> {
    const registry = new FaultRegistry();
    const address = (await registry.#server.listen({ host: '127.0.0.1', port: 0 })) as AddressInfo;
    registry.#port = address.port;
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** How many uploads nobody ended. */
  get openUploads(): number {
    return this.#uploads.size;
  }

  addBlob(bytes: Buffer): { digest: `sha256:${string}`; size: number } {
    const digest = digestOf(bytes);
    this.blobs.set(digest, bytes);
    return { digest, size: bytes.length };
  }

  /** By tag and by digest; returns the digest. */
  addManifest(repository: string, tag: string, document: object, type: string): `sha256:${string}` {
    const bytes = Buffer.from(JSON.stringify(document));
    const digest = digestOf(bytes);
    for (const name of [tag, digest]) this.manifests.set(`${repository}:${name}`, { bytes, type });
    return digest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wake of this.#waiting) wake();
    await this.#server.close();
  }

  async #handle(exchange: Exchange): Promise<void> {
    const { method, target, headers } = exchange;
    const count = this.requests.filter(seen => seen.method === method && seen.target === target).length + 1;
    const { range, authorization } = headers;
    const seen = { method, target, count, range, authorization };
    this.requests.push(seen);
    const fault = this.fault(seen);
    if (fault && 'refuse' in fault) return exchange.send(fault.refuse, fault.headers ?? {}, fault.body ?? '');
    const path = target.split('?')[0] as string;
    if (path === '/token') return this.#giveToken(exchange);
    if (this.tokens && !this.tokens.has(authorization?.replace('Bearer ', '') ?? '')) {
      const challenge = `Bearer realm="http://${this.host}/token",service="test"`;
      return exchange.send(401, { 'WWW-Authenticate': challenge }, refusal('UNAUTHORIZED', 'authentication required'));
    }
    if (path.includes('/blobs/uploads/')) return this.#upload(exchange, path, fault);
    if (path.includes('/blobs/')) return this.#sendBlob(exchange, path.slice(path.indexOf('/blobs/') + 7), fault);
    if (path.includes('/manifests/')) return this.#manifest(exchange, path);
    if (path.endsWith('/tags/list')) return this.#tags(exchange, path);
    exchange.send(path === '/v2/' ? 200 : 404, {}, '{}');
  }

  async #giveToken(exchange: Exchange): Promise<void> {
    const { authorization = '' } = exchange.headers;
    const form = new URLSearchParams((await exchange.body.buffer(1 << 20)).toString());
    const refreshed = exchange.method === 'POST' && form.get('refresh_token') === this.identityToken;
    if (refreshed) this.forms.push(form);
    if (!refreshed && authorization !== `Basic ${Buffer.from(this.password).toString('base64')}`) {
      return exchange.send(401, {}, refusal('UNAUTHORIZED', 'incorrect username or password'));
    }
    const token = `token-${this.#next++}`;
    this.tokens?.add(token);
    const offline = exchange.target.includes('offline_token=true') ? { refresh_token: this.identityToken } : {};
    exchange.send(
      200,
      {},
      JSON.stringify({ [refreshed ? 'access_token' : 'token']: token, expires_in: 300, ...offline }),
    );
  }

  async #sendBlob(exchange: Exchange, digest: string, fault: Fault | undefined): Promise<void> {
    const stored = this.blobs.get(digest);
    if (!stored) return exchange.send(404, {}, refusal('BLOB_UNKNOWN', 'blob unknown to registry'));
    const from = fault && 'noRanges' in fault ? 0 : Number(/bytes=(\d+)-/.exec(exchange.headers.range ?? '')?.[1] ?? 0);
    const body = Buffer.from(stored.subarray(from));
    if (fault && 'notBefore' in fault) await fault.notBefore;
    if (fault && 'corrupt' in fault) body[Math.floor(body.length / 2)]! ^= 1;
    const range: Record<string, string> =
      from > 0 ? { 'Content-Range': `bytes ${from}-${stored.length - 1}/${stored.length}` } : {};
    const length = { 'Content-Length': String(body.length), 'Docker-Content-Digest': digest };
    const status = from > 0 ? 206 : 200;
    if (exchange.method === 'HEAD') return exchange.start(status, { ...range, ...length }).end();
    if (fault && ('cutAfter' in fault || 'stopAfter' in fault)) {
      const sent = body.subarray(0, 'cutAfter' in fault ? fault.cutAfter : fault.stopAfter);
      this.served += sent.length;
      const connection = exchange.hijack(status, { ...range, ...length });
      connection.on('error', () => {});
      connection.write(sent);
      if ('stopAfter' in fault) await new Promise<void>(resolve => this.#waiting.add(resolve));
      connection.end();
      return;
    }
    this.served += body.length;
    exchange.send(status, range, body);
  }

  async #upload(exchange: Exchange, path: string, fault: Fault | undefined): Promise<void> {
    const id = path.slice(path.lastIndexOf('/') + 1);
    const place = path.slice(0, path.lastIndexOf('/') + 1);
    if (exchange.method === 'POST') {
      const opened = `upload-${this.#next++}`;
      this.#uploads.set(opened, { parts: [], size: 0 });
      return exchange.send(202, { Location: `${place}${opened}`, Range: '0-0' });
    }
    const upload = this.#uploads.get(id);
    if (!upload) return exchange.send(404, {}, refusal('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry'));
    const here = { Location: `${place}${id}`, Range: `0-${Math.max(0, upload.size - 1)}` };
    if (exchange.method === 'GET') return exchange.send(204, here);
    if (exchange.method === 'DELETE') {
      this.#uploads.delete(id);
      return exchange.send(204, {});
    }
    for await (const chunk of exchange.body) {
      const room = fault && 'cutUploadAfter' in fault ? fault.cutUploadAfter - upload.size : chunk.length;
      const taken = chunk.subarray(0, Math.max(0, room));
      upload.parts.push(Buffer.from(taken));
      upload.size += taken.length;
      if (taken.length < chunk.length) return exchange.start(202, {}).destroy();
      if (fault && 'stopUploadAfter' in fault && upload.size > fault.stopUploadAfter) await this.#gone(exchange);
    }
    const location = { Location: `${place}${id}`, Range: `0-${Math.max(0, upload.size - 1)}` };
    const digest = new URLSearchParams(exchange.target.split('?')[1]).get('digest');
    if (exchange.method === 'PATCH' || digest === null) return exchange.send(202, location);
    const bytes = Buffer.concat(upload.parts);
    if (digestOf(bytes) !== digest)
      return exchange.send(400, {}, refusal('DIGEST_INVALID', 'provided digest did not match'));
    this.blobs.set(digest, bytes);
    this.#uploads.delete(id);
    exchange.send(201, { Location: `/v2/x/blobs/${digest}` });
  }

  /** Until the client has gone, or the test has ended. */
  #gone({ signal }: Exchange): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async #manifest(exchange: Exchange, path: string): Promise<void> {
    const [, repository = '', name = ''] = /^\/v2\/(.*)\/manifests\/(.*)$/.exec(path) ?? [];
    if (exchange.method === 'PUT') {
      const bytes = await exchange.body.buffer(1 << 20);
      const entry = { bytes, type: exchange.headers['content-type'] ?? '' };
      for (const key of [name, digestOf(bytes)]) this.manifests.set(`${repository}:${key}`, entry);
      return exchange.send(201, { 'Docker-Content-Digest': digestOf(bytes), ...this.#warnings() });
    }
    const found = this.manifests.get(`${repository}:${name}`);
    if (!found) return exchange.send(404, {}, refusal('MANIFEST_UNKNOWN', 'manifest unknown'));
    const described = { 'Content-Type': found.type, 'Docker-Content-Digest': digestOf(found.bytes) };
    exchange.send(200, { ...described, ...this.#warnings() }, found.bytes);
  }

  #warnings(): Record<string, string> {
    return this.warning === undefined ? {} : { Warning: `299 - "${this.warning}"` };
  }

  async #tags(exchange: Exchange, path: string): Promise<void> {
    const repository = path.slice('/v2/'.length, -'/tags/list'.length);
    const names = [...this.manifests.keys()].filter(
      key => key.startsWith(`${repository}:`) && !key.includes('sha256:'),
    );
    if (names.length === 0)
      return exchange.send(404, {}, refusal('NAME_UNKNOWN', 'repository name not known to registry'));
    const tags = names.map(key => key.slice(repository.length + 1)).sort();
    const last = new URLSearchParams(exchange.target.split('?')[1]).get('last') ?? '';
    const page = tags.filter(tag => tag > last).slice(0, 2);
    const more = page.length > 0 && page.at(-1) !== tags.at(-1);
    const link: Record<string, string> = more ? { Link: `<${path}?last=${page.at(-1)}&n=2>; rel="next"` } : {};
    exchange.send(200, link, JSON.stringify({ name: repository, tags: page }));
  }
}

function digestOf(bytes: Buffer): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function refusal(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}
