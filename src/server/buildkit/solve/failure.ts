// Errors of a build as gRPC tells them: a code, the message, and where in the Dockerfile it happened.
import { type GrpcStatus, status } from '../../../api/buildkit/control.ts';
import { encode } from '../../../api/buildkit/message.ts';
import { DockerfileError, VertexError } from '../../../builder/index.ts';
import { type ErrorKind, errorKind, errorMessage, findCause } from '../../../lib/errors.ts';
import { type GrpcCode, GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';

const codes: Record<ErrorKind, GrpcCode> = {
  // BuildKit gives most mistakes of users no code.
  invalid: grpcCodes.unknown,
  unauthorized: grpcCodes.unauthenticated,
  forbidden: grpcCodes.unknown,
  'not-found': grpcCodes.unknown,
  conflict: grpcCodes.failedPrecondition,
  'not-modified': grpcCodes.unknown,
  'not-implemented': grpcCodes.unimplemented,
  unavailable: grpcCodes.unavailable,
  cancelled: grpcCodes.cancelled,
  system: grpcCodes.unknown,
};

/** Names by which BuildKit's clients know the details of an error, which are JSON (solver/errdefs/vertex.go). */
const detailTypes = {
  source: 'github.com/moby/buildkit/errdefs.Source+json',
  vertex: 'github.com/moby/buildkit/errdefs.Vertex+json',
} as const;

/** The end of a call that failed. */
export function buildFailure(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  const code = codes[errorKind(error)];
  const message = errorMessage(error);
  const details = detailsOf(error);
  if (details.length === 0) return new GrpcError(code, message);
  return new GrpcError(code, message, encode(status, { code, message, details }));
}

function detailsOf(error: unknown): GrpcStatus['details'] {
  const details: GrpcStatus['details'] = [];
  const vertex = findCause(error, VertexError)?.vertex;
  if (vertex) details.push({ typeUrl: detailTypes.vertex, value: json({ digest: vertex.digest }) });
  const location = findCause(error, DockerfileError)?.location;
  if (location) {
    const value = json({
      info: { filename: location.name, data: Buffer.from(location.source).toString('base64'), language: 'Dockerfile' },
      ranges: location.ranges.map(({ start, end }) => ({ start: { line: start }, end: { line: end } })),
    });
    details.push({ typeUrl: detailTypes.source, value });
  }
  return details;
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
