// The part of a key that is made of files.

/** What of a vertex' key comes from the content of its inputs, and what it found on the way there. */
export interface ContentKey {
  readonly digest: string;
  /** Digests of files by path, for `--why`, unless there are more than `limit`; to be asked before the step is run. */
  files?(limit: number): ReadonlyMap<string, string> | undefined;
}
