// The directory of a client that keeps a cache, without the client.
import type { BlobStore } from '../../../src/builder/index.ts';
import { notFound } from '../../../src/lib/errors.ts';

export class BlobsInMemory implements BlobStore {
  readonly blobs = new Map<string, Buffer>();
  /** Digests that were read, in order. */
  readonly reads: string[] = [];

  size(digest: string): Promise<number | undefined> {
    return Promise.resolve(this.blobs.get(digest)?.length);
  }

  async *read(digest: string): AsyncGenerator<Uint8Array> {
    const bytes = this.blobs.get(digest);
    if (!bytes) throw notFound(`content ${digest}: not found`);
    this.reads.push(digest);
    yield bytes;
  }

  async write({ digest }: { digest: string }, data: AsyncIterable<Uint8Array>): Promise<void> {
    this.blobs.set(digest, Buffer.concat(await Array.fromAsync(data)));
  }
}
