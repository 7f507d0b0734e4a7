// A repository by the places it can be reached at: mirrors, HTTPS, HTTP.
import { errorKind, errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Index } from '../oci/manifest.ts';
import type { Habits } from './endpoints/habits.ts';
import { downloadBlob, downloadBytes } from './protocol/download.ts';
import { fetchManifest, resolveManifest } from './protocol/manifests.ts';
import { readPages } from './protocol/pages.ts';
import { deleteManifest, putManifest } from './protocol/put-manifest.ts';
import { fetchReferrers } from './protocol/referrers.ts';
import type { RegistryClient } from './protocol/registry-client.ts';
import { blobSize, openUpload, uploadBlob } from './protocol/upload.ts';
import { RegistryError } from './registry-error.ts';
import type { BlobSource, CallOptions, FetchedManifest, Repository, RepositoryName } from './repository.ts';
import { TransportError } from './transport/transport-error.ts';

interface RemoteRepositoryDeps {
  logger: Logger;
  /** Where registries answered before. */
  habits: Habits;
}

/** Made by `Distribution`. The first place that answers is stayed with. */
export class RemoteRepository implements Repository {
  readonly name: RepositoryName;
  readonly #places: () => Promise<readonly RegistryClient[]>;
  readonly #deps: RemoteRepositoryDeps;
  /** Uploads that refused mounts have left open. */
  readonly #open = new Map<Digest, URL>();
  /** Those that have answered, whatever it was. */
  readonly #answered = new Set<RegistryClient>();
  #current = 0;
  #settled = false;

  constructor(name: RepositoryName, places: () => Promise<readonly RegistryClient[]>, deps: RemoteRepositoryDeps) {
    this.name = name;
    this.#places = places;
    this.#deps = deps;
  }

  resolve(tagOrDigest: string, options: CallOptions = {}): Promise<Descriptor> {
    return this.#try(client => resolveManifest(client, this.#path, tagOrDigest, options));
  }

  manifest(tagOrDigest: string, options: CallOptions = {}): Promise<FetchedManifest> {
    return this.#try(client => fetchManifest(client, this.#path, tagOrDigest, options));
  }

  async *blob(
    digest: Digest,
    options: CallOptions & { offset?: number; size?: number } = {},
  ): AsyncGenerator<Buffer, void> {
    let offset = options.offset ?? 0;
    const places = await this.#places();
    for (let index = this.#current; ; index++) {
      const client = places[index] as RegistryClient;
      try {
        for await (const chunk of downloadBlob(client, this.#path, digest, { ...options, offset })) {
          offset += chunk.length;
          this.#settle(client, index);
          yield chunk;
        }
        return;
      } catch (error) {
        if (!this.#goesOn(error, client, index + 1 < places.length)) throw error;
      }
    }
  }

  blobBytes(descriptor: Pick<Descriptor, 'digest' | 'size'>, options: CallOptions = {}): Promise<Buffer> {
    return this.#try(client => downloadBytes(client, this.#path, descriptor, options));
  }

  blobSize(digest: Digest, options: CallOptions = {}): Promise<number | undefined> {
    return this.#try(client => blobSize(client, this.#path, digest, options));
  }

  async mountBlob(digest: Digest, from: string, options: CallOptions = {}): Promise<boolean> {
    const location = await this.#try(client => openUpload(client, this.#path, { digest, from }, options));
    if (location) this.#open.set(digest, location);
    return location === undefined;
  }

  uploadBlob(source: BlobSource, options: CallOptions & { onProgress?: (sent: number) => void } = {}): Promise<Digest> {
    const known = typeof source.digest === 'string' ? source.digest : undefined;
    const location = known === undefined ? undefined : this.#open.get(known);
    if (known !== undefined) this.#open.delete(known);
    return this.#try(client => uploadBlob(client, this.#path, source, { ...options, location }));
  }

  putManifest(
    tagOrDigest: string,
    manifest: { bytes: Uint8Array; mediaType: string },
    options: CallOptions = {},
  ): Promise<Digest> {
    return this.#try(client => putManifest(client, this.#path, { ...manifest, reference: tagOrDigest }, options));
  }

  deleteManifest(tagOrDigest: string, options: CallOptions = {}): Promise<void> {
    return this.#try(client => deleteManifest(client, this.#path, tagOrDigest, options));
  }

  async *tags({ signal }: CallOptions = {}): AsyncGenerator<string, void> {
    const list = { path: `${this.#path}/tags/list`, key: 'tags' };
    // Pages belong together, so the place is chosen by the first.
    const pages = await this.#try(async client => {
      const iterator = readPages(client, list, signal);
      return { iterator, first: await iterator.next() };
    });
    if (pages.first.done) return;
    yield pages.first.value;
    yield* pages.iterator;
  }

  referrers(digest: Digest, options: CallOptions & { artifactType?: string } = {}): Promise<Index> {
    return this.#try(client => fetchReferrers(client, this.#path, digest, options));
  }

  get #path(): string {
    return `/v2/${this.name.path}`;
  }

  async #try<T>(work: (client: RegistryClient) => Promise<T>): Promise<T> {
    const places = await this.#places();
    let refused: unknown;
    for (let index = this.#current; ; index++) {
      const client = places[index] as RegistryClient;
      try {
        const result = await work(client);
        this.#settle(client, index);
        return result;
      } catch (error) {
        // It speaks no TLS after all: what it said before is what it says.
        if (refused !== undefined && error instanceof TransportError) throw refused;
        if (!this.#goesOn(error, client, index + 1 < places.length)) throw error;
        if (!client.endpoint.mirror && error instanceof RegistryError) refused = error;
        if (!this.#settled) this.#current = Math.max(this.#current, index + 1);
      }
    }
  }

  #settle(client: RegistryClient, index: number): void {
    this.#answered.add(client);
    if (this.#settled) return;
    this.#settled = true;
    this.#current = index;
    this.#deps.habits.note(client.endpoint);
  }

  /** What a mirror cannot do the registry itself may; plain HTTP is tried only where HTTPS never answered. */
  #goesOn(error: unknown, client: RegistryClient, more: boolean): boolean {
    const { endpoint } = client;
    // What speaks TLS by now says to plain HTTP that it is a bad request.
    const isHabit = !this.#settled && this.#deps.habits.forget(endpoint) && statusOf(error) === 400;
    if (error instanceof RegistryError && !isHabit) this.#answered.add(client);
    if (!more || errorKind(error) === 'cancelled') return false;
    if (endpoint.mirror) {
      this.#deps.logger.warn('mirror failed', {
        mirror: endpoint.base,
        repository: this.name.path,
        error: errorMessage(error),
      });
      return true;
    }
    return isHabit || (error instanceof TransportError && !this.#answered.has(client));
  }
}

const statusOf = (error: unknown) => (error instanceof RegistryError ? error.status : undefined);
