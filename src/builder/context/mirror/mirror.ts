// One client's directory on our disk, as it is between two updates.
import type { SpecialFiles } from '../../../lib/tar/tree/tree-writer.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { LinkedFiles, PathDigest, WantedPart } from '../../source.ts';
import type { Known } from './known.ts';
import { MirrorUpdate } from './mirror-update.ts';

/**
 * A mirror is used by one update or build at a time. Files are replaced, never changed in place. Names of entries are
 * relative, without `.` and `..`; a directory comes before what is in it, and what comes is in order of its names.
 */
export class Mirror {
  readonly directory: string;
  readonly #special: SpecialFiles;
  readonly #known = new Map<string, Known>();
  /** What is derived of the files: an update forgets whatever it changes, and the directories above. */
  readonly digests: Map<string, PathDigest> = new Map();
  /** Layers that share its files. */
  readonly linked: LinkedFiles = { layers: new Set(), movable: false };
  /** Paths as the last update told them. */
  #order: readonly string[] = [];
  #turn = 0;
  #temporary = 0;

  constructor(directory: string, special: SpecialFiles) {
    this.directory = directory;
    this.#special = special;
  }

  /** How many entries it has. */
  get entries(): number {
    return this.#known.size;
  }

  /** Bytes of all files. */
  get size(): number {
    let size = 0;
    for (const { entry } of this.#known.values()) size += entry.size;
    return size;
  }

  /** Digest of a file's bytes, for every file that is here. */
  fileDigest(path: string): Digest | undefined {
    return this.#known.get(path)?.digest;
  }

  /**
   * Begins to make it equal to what will be told with `add`. `wanted` says what of it is needed soon, `handedFrom` from which
   * size on files need not be sent; with `anew` no file stays that is told.
   */
  update(
    wanted: readonly WantedPart[] = [],
    o: { handedFrom?: number; anew?: boolean | undefined } = {},
  ): MirrorUpdate {
    const order: string[] = [];
    const update = new MirrorUpdate(this.directory, {
      ...{ known: this.#known, digests: this.digests, special: this.#special, name: () => this.#name() },
      ...{ before: this.#order, order, turn: ++this.#turn, wanted },
      ...o,
    });
    this.#order = order;
    return update;
  }

  #name(): string {
    this.#temporary++;
    // Beside the tree, so that a temporary file is never part of it.
    return `${this.directory}.${this.#temporary}`;
  }
}
