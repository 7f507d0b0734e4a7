// A layer of a build: its files are there at once, its name when they are packed.
import type { Digest } from '../../oci/digest.ts';

/** What a layer is known by once it is packed. Bytes. */
export interface SettledLayer {
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** Of its files. */
  readonly size: number;
  /** Of its archive; undefined for a layer that came as a blob. */
  readonly archiveSize?: number;
  /** It changes nothing. */
  readonly empty: boolean;
}

/** On top of those it was made upon, which its `chainId` tells. */
export interface BuildLayer {
  readonly directory: string;
  /** Rejects when packing fails (a disk that is full); nobody need listen. */
  readonly settled: Promise<SettledLayer>;
}
