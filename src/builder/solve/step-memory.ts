// What a step was run with.

/** What is remembered of a step to compare the next one with. */
export interface StepMemory {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly definition: string;
  readonly inputs: readonly (string | undefined)[];
  /** Digests of files by path; left out when there are too many to be kept. */
  readonly files?: Readonly<Record<string, string>>;
}
