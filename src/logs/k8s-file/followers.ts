// Who follows which log in this process, so that a rotation takes no file away that somebody has yet to read.

/** Logs by path, with what each of their followers does to hold on to the files there are. */
export class Followers {
  readonly #captures = new Map<string, Set<() => void>>();

  /** `capture` opens every file not held yet; it is synchronous. The returned function takes it back. */
  add(path: string, capture: () => void): () => void {
    const captures = this.#captures.get(path) ?? new Set();
    this.#captures.set(path, captures);
    captures.add(capture);
    return () => {
      captures.delete(capture);
      if (captures.size === 0 && this.#captures.get(path) === captures) this.#captures.delete(path);
    };
  }

  /** Before files are renamed, deleted or compressed. */
  capture(path: string): void {
    for (const capture of this.#captures.get(path) ?? []) capture();
  }
}
