// How a gRPC call ends: a code, a message, and details for those who understand them.

/** The codes in use, by their numbers (gRPC's statuscodes). */
export const grpcCodes = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

export type GrpcCode = (typeof grpcCodes)[keyof typeof grpcCodes];

/** A call that did not end with `ok`. `details`: an encoded google.rpc.Status. */
export class GrpcError extends Error {
  readonly code: GrpcCode;
  readonly details: Uint8Array | undefined;

  constructor(code: GrpcCode, message: string, details?: Uint8Array) {
    super(message);
    this.name = 'GrpcError';
    this.code = code;
    this.details = details;
  }
}

/** Headers or trailers of HTTP/2, as Node has them. */
export type GrpcHeaders = Readonly<Record<string, string | string[] | number | undefined>>;

/** The error that trailers tell of; undefined for `ok`. Trailers without a status are an `unknown` error. */
export function errorOfTrailers(trailers: GrpcHeaders): GrpcError | undefined {
  const code = Number(trailers['grpc-status'] ?? grpcCodes.unknown);
  if (code === grpcCodes.ok) return undefined;
  const details = first(trailers['grpc-status-details-bin']);
  return new GrpcError(
    (code <= 16 ? code : grpcCodes.unknown) as GrpcCode,
    decodeMessage(first(trailers['grpc-message']) ?? ''),
    details === undefined ? undefined : Buffer.from(details, 'base64'),
  );
}

/** The trailers of an end with `error`, or without. */
export function trailersOf(error: GrpcError | undefined): Record<string, string> {
  if (!error) return { 'grpc-status': '0' };
  const details = error.details && Buffer.from(error.details).toString('base64');
  return {
    'grpc-status': String(error.code),
    'grpc-message': encodeMessage(error.message),
    ...(details ? { 'grpc-status-details-bin': details } : {}),
  };
}

function first(value: GrpcHeaders[string]): string | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined ? undefined : String(one);
}

/** Percent-encodes what is not printable ASCII, and `%` (gRPC over HTTP/2, "Status-Message"). */
function encodeMessage(message: string): string {
  return [...Buffer.from(message)]
    .map(byte =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}

function decodeMessage(message: string): string {
  const raw = message.replace(/%([0-9a-fA-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(raw, 'latin1').toString();
}
