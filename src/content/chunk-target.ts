// Where the chunks of a stream go, one after the other.

/** A file in the making. */
export interface ChunkTarget {
  /** Undefined, or resolving, when the next may come. Throws or rejects with what writing this one, or one before it, throws. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** Resolves when everything is in the file. */
  flush(): Promise<void>;
}
