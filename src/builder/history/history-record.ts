// What is remembered of a build that is over, as plain data. Names are BuildKit's, whose clients ask for it.

/** Something that goes with a record, by its digest. */
export interface HistoryBlob {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Times are milliseconds since 1970. */
export interface HistoryRecord {
  readonly ref: string;
  readonly frontend: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly exporters: readonly { readonly type: string; readonly attrs: Readonly<Record<string, string>> }[];
  readonly createdAt: number;
  readonly completedAt: number;
  /** Undefined where it went well; `details` names a blob. */
  readonly error?: { readonly code: number; readonly message: string; readonly details: HistoryBlob };
  readonly response: Readonly<Record<string, string>>;
  readonly steps: { readonly total: number; readonly completed: number; readonly cached: number };
  readonly warnings: number;
  /** Statements about the results, by platform; one of an empty name where none was asked for. */
  readonly attestations: Readonly<Record<string, readonly HistoryBlob[]>>;
  /** It does not make room for others. */
  readonly pinned: boolean;
  /** Counts its changes. */
  readonly generation: number;
}
