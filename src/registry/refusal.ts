// What a registry answers instead of what was asked for: the error codes of the distribution specification.

/** The codes of the specification, with their usual status and message. */
const codes = {
  BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UPLOAD_INVALID: [400, 'blob upload invalid'],
  BLOB_UPLOAD_UNKNOWN: [404, 'blob upload unknown to registry'],
  DIGEST_INVALID: [400, 'provided digest did not match uploaded content'],
  MANIFEST_BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  MANIFEST_INVALID: [400, 'manifest invalid'],
  MANIFEST_UNKNOWN: [404, 'manifest unknown'],
  NAME_INVALID: [400, 'invalid repository name'],
  NAME_UNKNOWN: [404, 'repository name not known to registry'],
  SIZE_INVALID: [400, 'provided length did not match content length'],
  UNAUTHORIZED: [401, 'authentication required'],
  DENIED: [403, 'requested access to the resource is denied'],
  UNSUPPORTED: [405, 'The operation is unsupported.'],
  TOOMANYREQUESTS: [429, 'too many requests'],
  // Not of the specification: of answers beyond 4xx it says nothing.
  UNAVAILABLE: [503, 'service unavailable'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalCode = keyof typeof codes;

interface RefusalDetails {
  readonly status?: number;
  readonly message?: string;
  readonly detail?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by what handles a request; sent by `formatRefusal`. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #details: readonly unknown[];

  constructor(code: RefusalCode, options: RefusalDetails & { readonly details?: readonly unknown[] } = {}) {
    const [status, message] = codes[code];
    super(options.message ?? message);
    this.name = 'Refusal';
    this.code = code;
    this.status = options.status ?? status;
    this.headers = options.headers ?? {};
    this.#details = options.details ?? [options.detail];
  }

  /** The body of the answer: one entry, or one for each of several details (missing blobs). */
  toJSON(): unknown {
    const { code, message } = this;
    return { errors: this.#details.map(detail => ({ code, message, ...(detail === undefined ? {} : { detail }) })) };
  }
}
