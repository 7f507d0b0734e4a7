// Image records: what the store keeps of an image beside its configuration blob.
import { readFileSync } from 'node:fs';
import type { ContentStore } from '../../content/index.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { chainIds, type Digest } from '../../oci/digest.ts';
import { type ImageConfig, parseImageConfig } from '../../oci/image-config.ts';
import type { Collection, Store } from '../../store/index.ts';
import type { ImageSource } from '../image.ts';

export interface ImageRecord {
  /** Blobs of the layers, bottom first: what they were extracted from. */
  layers: Descriptor[];
  /** The manifests it came with, each once; none for an image made here. */
  sources?: ImageSource[];
  /**
   * Another platform of the image with this id, which stands for the whole in lists and goes with it; absent when the
   * image stands for itself.
   */
  variantOf?: Digest;
  parent?: Digest;
  /** RFC 3339. */
  lastTagged?: string;
}

interface Parsed {
  config: ImageConfig;
  chainIds: readonly Digest[];
}

/** Keyed by image id, which is the digest of the configuration blob. */
export class ImageRecords {
  readonly #records: Collection<ImageRecord>;
  readonly #content: ContentStore;
  /** Blobs never change, so what was parsed once stays true. */
  readonly #parsed = new Map<Digest, Parsed>();

  constructor(deps: { store: Store; content: ContentStore }) {
    this.#records = deps.store.collection('images');
    this.#content = deps.content;
  }

  get(id: Digest): ImageRecord | undefined {
    return this.#records.get(id);
  }

  list(): { id: Digest; record: ImageRecord }[] {
    return this.#records.list().map(({ id, value }) => ({ id: id as Digest, record: value }));
  }

  put(id: Digest, record: ImageRecord): void {
    this.#records.put(id, record);
  }

  delete(id: Digest): boolean {
    this.#parsed.delete(id);
    return this.#records.delete(id);
  }

  /**
   * Remembers one more manifest the image came with; one that is known moves to the front, and knows what it knew. Those
   * that are stale by now are forgotten.
   */
  addSource(id: Digest, source: ImageSource, isStale: (other: ImageSource) => boolean = () => false): void {
    const record = this.get(id);
    if (!record) return;
    // A pull of what is here must not wait for the disk.
    const [latest] = record.sources ?? [];
    if (latest && isSameSource(latest, source)) return;
    const known = record.sources?.find(other => isSameSource(other, source));
    const others = (record.sources ?? []).filter(other => !isSameSource(other, source) && !isStale(other));
    this.put(id, { ...record, sources: [{ ...known, ...source }, ...others] });
  }

  /** The configuration of an image that has a record. */
  config(id: Digest): ImageConfig {
    return this.#parse(id).config;
  }

  /** Names of the extracted layers of an image that has a record, bottom first. */
  chainIds(id: Digest): readonly Digest[] {
    return this.#parse(id).chainIds;
  }

  /**
   * Whether an image stands on these layers (chain ids, bottom first) and maybe more. Only images that were looked at since the
   * start are asked, and nothing is read for it: false may be wrong.
   */
  areInUse(layers: readonly Digest[]): boolean {
    const top = layers.length - 1;
    for (const [id, { chainIds }] of this.#parsed) {
      // A chain id names everything below it, too.
      if (chainIds[top] === layers[top] && this.#records.get(id)) return true;
    }
    return false;
  }

  /** Every blob the image needs: its configuration, layers, and the manifests and indexes it came with. */
  *blobs(id: Digest): Generator<Digest, void> {
    const record = this.get(id);
    if (!record) return;
    yield id;
    for (const layer of record.layers) yield layer.digest;
    for (const source of record.sources ?? []) {
      yield source.manifest.digest;
      if (source.index) yield source.index.digest;
      for (const layer of source.layers) yield layer.digest;
      for (const beside of source.beside ?? []) yield beside.digest;
    }
  }

  /** Ids of images whose configuration blob is gone or broken. */
  damaged(): Digest[] {
    return this.list().flatMap(({ id }) => {
      try {
        this.config(id);
        return [];
      } catch {
        return [id];
      }
    });
  }

  /** Images made from this one (by commit or a build). */
  children(id: Digest): Digest[] {
    return this.list().flatMap(({ id: child, record }) => (record.parent === id ? [child] : []));
  }

  /** The image, its other platforms, and whatever was made from one of them. */
  descendants(id: Digest): Digest[] {
    const found = new Set([id]);
    const all = this.list();
    // A set yields what is added while it is walked.
    for (const one of found) {
      for (const { id: other, record } of all) if (record.parent === one || record.variantOf === one) found.add(other);
    }
    return [...found];
  }

  /** The other platforms this image stands for. */
  variants(id: Digest): Digest[] {
    return this.list().flatMap(({ id: other, record }) => (record.variantOf === id ? [other] : []));
  }

  #parse(id: Digest): Parsed {
    const known = this.#parsed.get(id);
    if (known) return known;
    const config = parseImageConfig(readFileSync(this.#content.path(id)), `config of image ${id}`);
    const parsed = { config, chainIds: chainIds(config.rootfs.diff_ids) };
    this.#parsed.set(id, parsed);
    return parsed;
  }
}

function isSameSource(a: ImageSource, b: ImageSource): boolean {
  return a.manifest.digest === b.manifest.digest && a.index?.digest === b.index?.digest;
}
