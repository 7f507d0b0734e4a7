// What can be done with one repository of a registry.
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Index } from '../oci/manifest.ts';
import type { Reference } from '../oci/reference.ts';

/** A repository's place in normal form: `docker.io`, `library/nginx`. Every `Reference` is one. */
export type RepositoryName = Pick<Reference, 'domain' | 'path'>;

/** A manifest or an index as the registry sent it: its bytes have the digest of the descriptor. */
export interface FetchedManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
}

/** A blob to send. */
export interface BlobSource {
  /** May become known only when `open(0)` was read to its end (a layer that is compressed while it is sent). */
  readonly digest: Digest | Promise<Digest>;
  /** Bytes; undefined while nobody knows. Then the blob is sent in chunks. */
  readonly size?: number | undefined;
  /** The bytes from `offset` on; opened again when a broken upload is resumed. */
  open(offset: number): AsyncIterable<Uint8Array>;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * One repository with the rights that were asked for. Every call signs in by itself (and again when a token expired),
 * tries again after 429, 5xx and broken connections, and goes from a mirror that fails to the next one and at last to
 * the registry itself. All throw `RegistryError` for what the registry said, `unavailable` when it could not be
 * reached, `cancelled`.
 */
export interface Repository {
  readonly name: RepositoryName;

  /** What a tag or digest stands for now. */
  resolve(tagOrDigest: string, options?: CallOptions): Promise<Descriptor>;

  /** By tag or digest; never converted. Throws `invalid` for bytes that do not have the digest. At most 4 MiB. */
  manifest(tagOrDigest: string, options?: CallOptions): Promise<FetchedManifest>;

  /**
   * The bytes of a blob from `offset` on, with back-pressure; goes on after a broken connection where it stopped. The
   * digest is for the reader to verify. With `size` (of the whole blob) a body that is longer or shorter is `invalid`.
   */
  blob(digest: Digest, options?: CallOptions & { offset?: number; size?: number }): AsyncIterable<Buffer>;

  /** A small blob (a configuration) in memory, its digest and size verified. */
  blobBytes(descriptor: Pick<Descriptor, 'digest' | 'size'>, options?: CallOptions): Promise<Buffer>;

  /** Bytes; undefined when the repository does not have it. */
  blobSize(digest: Digest, options?: CallOptions): Promise<number | undefined>;

  /** Takes a blob over from another repository of the same registry; false when it could not. */
  mountBlob(digest: Digest, from: string, options?: CallOptions): Promise<boolean>;

  /** Sends a blob; `onProgress` hears of all bytes sent so far, less again after a resumption. Returns its digest. */
  uploadBlob(source: BlobSource, options?: CallOptions & { onProgress?: (sent: number) => void }): Promise<Digest>;

  /**
   * Under a tag or its digest; returns the digest. Where the registry does not note what a manifest is about (`subject`), the
   * list that stands in for that is kept, too; throws `invalid` when something else has its name.
   */
  putManifest(
    tagOrDigest: string,
    manifest: { bytes: Uint8Array; mediaType: string },
    options?: CallOptions,
  ): Promise<Digest>;

  /** By digest, and then out of such a list, which takes the right to push; by tag where the registry allows it. */
  deleteManifest(tagOrDigest: string, options?: CallOptions): Promise<void>;

  /** Every tag, page by page. */
  tags(options?: CallOptions): AsyncIterable<string>;

  /** What refers to a manifest; by the tag scheme where the registry has no such API. */
  referrers(digest: Digest, options?: CallOptions & { artifactType?: string }): Promise<Index>;
}
