// A registry in the test's own process, on a loopback port and a folder of its own.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Distribution } from '../../distribution/index.ts';
import { HttpServer } from '../../lib/http/http-server.ts';
import { silentLogger } from '../../lib/logger.ts';
import { mediaTypes } from '../../oci/descriptor.ts';
import { type Digest, sha256 } from '../../oci/digest.ts';
import { defaultOptions, Registry, type RegistryDependencies, type RegistryOptions } from '../index.ts';

export const digest512 = (bytes: string | Uint8Array): Digest =>
  `sha512:${createHash('sha512').update(bytes).digest('hex')}`;

/** Dispose it to remove everything it left. */
export class InProcessRegistry implements AsyncDisposable {
  readonly root: string;
  registry: Registry;
  readonly #server: HttpServer;
  #port = 0;

  private constructor(root: string, options: Partial<RegistryOptions>, dependencies: Partial<RegistryDependencies>) {
    this.root = root;
    this.registry = new Registry(
      { ...defaultOptions, root, ...options },
      {
        logger: silentLogger,
        registries: new Distribution({ attempts: 1 }, { logger: silentLogger }),
        ...dependencies,
      },
    );
    this.#server = new HttpServer(exchange => this.registry.handle(exchange));
  }

  static async start(
    options: Partial<RegistryOptions> = {},
    dependencies: Partial<RegistryDependencies> = {},
  ): Promise<InProcessRegistry> {
    const root = options.root ?? mkdtempSync(join(tmpdir(), 'berth-registry-'));
    const started = new InProcessRegistry(root, options, dependencies);
    const address = await started.#server.listen({ host: '127.0.0.1', port: 0 });
    if (address === null || typeof address === 'string') throw new Error('no port');
    started.#port = address.port;
    return started;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** One request; `path` may be a whole URL, as `Location` may be. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, `http://${this.host}`), { redirect: 'manual', ...init });
  }

  /** The codes of the errors in an answer. */
  static async codes(response: Response): Promise<string[]> {
    const body = (await response.json()) as { errors: { code: string }[] };
    return body.errors.map(error => error.code);
  }

  /** Pushes a blob in one go and returns its digest. */
  async pushBlob(name: string, content: string | Uint8Array, digest: Digest = sha256(content)): Promise<Digest> {
    const started = await this.fetch(`/v2/${name}/blobs/uploads/`, { method: 'POST' });
    const location = started.headers.get('location') ?? '';
    const put = await this.fetch(`${location}?digest=${encodeURIComponent(digest)}`, { method: 'PUT', body: content });
    if (put.status !== 201) throw new Error(`push of a blob: ${put.status} ${await put.text()}`);
    return digest;
  }

  /** A manifest of an image with these layers, whose blobs are pushed too; `extra` is merged into it. */
  async imageManifest(name: string, layers: readonly string[] = ['layer'], extra: object = {}): Promise<string> {
    const describe = async (content: string, mediaType: string) => ({
      mediaType,
      digest: await this.pushBlob(name, content),
      size: Buffer.byteLength(content),
    });
    const config = await describe('{}', mediaTypes.ociConfig);
    const described = [];
    for (const layer of layers) described.push(await describe(layer, mediaTypes.ociLayer));
    return JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: described, ...extra });
  }

  putManifest(name: string, reference: string, body: string, type: string = mediaTypes.ociManifest): Promise<Response> {
    return this.fetch(`/v2/${name}/manifests/${reference}`, {
      method: 'PUT',
      body,
      headers: { 'Content-Type': type },
    });
  }

  /** Pushes an image under a tag and returns its digest. */
  async pushImage(name: string, tag: string, layers?: readonly string[], extra?: object): Promise<Digest> {
    const manifest = await this.imageManifest(name, layers, extra);
    const response = await this.putManifest(name, tag, manifest);
    if (response.status !== 201) throw new Error(`push of a manifest: ${response.status} ${await response.text()}`);
    return sha256(manifest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    await this.registry.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}
