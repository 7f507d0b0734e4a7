// What the room hands out: an image, a row of its history, news of a load, the outcome of a removal.
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageConfig } from '../oci/image-config.ts';

/**
 * A manifest an image came with, so that save and push give it back byte for byte. `manifest` and `index` (which listed
 * it) are blobs of the content store, as are the layers: the manifest's own, bottom first. A repository digest is the
 * digest of one of the two.
 */
export interface ImageSource {
  manifest: Descriptor;
  index?: Descriptor;
  layers: Descriptor[];
  /** What the index lists besides images, with all that it names (attestations): kept and pushed with it. */
  beside?: Descriptor[];
}

/** An image of the local store. Treat it as read-only: it is shared and replaced when its names change. */
export interface Image {
  /** Digest of the configuration blob. */
  id: Digest;
  config: ImageConfig;
  /** The blobs the layers came in, bottom first; compressed or not as their media type says. */
  layers: Descriptor[];
  /** The manifests it came with, the latest first; none for an image made here. */
  sources: readonly ImageSource[];
  /** The image that stands for this one in lists: the same name for another platform. */
  variantOf?: Digest;
  diffIds: Digest[];
  chainIds: readonly Digest[];
  /** Bytes of all extracted layers. */
  size: number;
  /** Bytes of each extracted layer, bottom first. */
  layerSizes: number[];
  /** RFC 3339; empty when the configuration does not say. */
  created: string;
  /** When a tag was last set, RFC 3339. */
  lastTagged?: string;
  /** Familiar `name:tag`, sorted by the full form. */
  tags: string[];
  /** Familiar `name@sha256:…`, in the same order. */
  digests: string[];
  /** The image a commit or a build step started from. */
  parent?: Digest;
  comment?: string;
  author?: string;
}

/** Layers on top of each other, bottom first, and the blobs they came in. */
export type LayerStack = Pick<Image, 'layers' | 'diffIds' | 'chainIds' | 'sources'>;

/** One row of `docker history`, newest first; `size` in bytes, `id` only where an image of its own is known. */
export interface HistoryRow {
  id: Digest | undefined;
  created: string;
  createdBy: string;
  comment: string;
  size: number;
  tags: string[];
}

/** A container made from an image, as `remove` must know it. */
export interface ImageUser {
  id: string;
  running: boolean;
}

/** One step of a removal, in Docker's words: a name was taken away, or an image or a layer (by chain id) deleted. */
export type RemovedImage = { Untagged: string } | { Deleted: string };

/**
 * News of a load. `progress` is about one layer (`id`: first 12 digits of its diff id); `renamed`: `reference` named
 * `previous` until now; `image`: done, under `reference` when the archive gave it a name.
 */
export type LoadEvent =
  | { kind: 'progress'; id: string; status: string; current?: number; total?: number }
  | { kind: 'renamed'; reference: string; previous: Digest }
  | { kind: 'image'; image: Image; reference?: string };
