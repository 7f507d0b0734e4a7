// What a mirror knows of an entry.
import type { TarEntry } from '../../../lib/tar/entry.ts';
import type { Digest } from '../../../oci/digest.ts';

/** An entry that is here. */
export interface Known {
  readonly entry: TarEntry;
  readonly digest?: Digest | undefined;
  /** The words it was last told in; undefined where they are not true of what came. */
  words: Uint8Array | undefined;
  /** Which update told it last, and as its which entry. */
  turn: number;
  position: number;
}
