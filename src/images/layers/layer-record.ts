// What is on record of an extracted layer.
import type { Digest } from '../../oci/digest.ts';

/** Kept by chain id; the files are in `layers/<number>`. `size` in bytes, `parent` the chain id below it. */
export interface LayerRecord {
  number: number;
  diffId: Digest;
  parent?: Digest;
  size: number;
  /** Bytes of its archive, where that was made here and not kept. */
  archiveSize?: number;
  /** The boot since which its files may be in memory only; absent when they are known to be on the disk. */
  unsynced?: string;
}
