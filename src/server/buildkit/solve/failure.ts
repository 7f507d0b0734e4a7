// Errors of a build as gRPC tells them: a code, the message, and where in the Dockerfile it happened.
import { type GrpcStatus, status } from '../../../api/buildkit/control.ts';
import { encode } from '../../../api/buildkit/message.ts';
import { DockerfileError, VertexError } from '../../../builder/index.ts';
import { type ErrorKind, errorKind, errorMessage, findCause } from '../../../lib/errors.ts';
import { type GrpcCode, GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { shortenMessage, shortenSource } from './shorten.ts';

/** BuildKit gives what is wrong with a build no code: clients would print its name before the message. */
const codes: Partial<Record<ErrorKind, GrpcCode>> = {
  'not-implemented': grpcCodes.unimplemented,
  cancelled: grpcCodes.cancelled,
};

/** Names by which BuildKit's clients know the details of an error, which are JSON (solver/errdefs/vertex.go). */
const detailTypes = {
  source: 'github.com/moby/buildkit/errdefs.Source+json',
  vertex: 'github.com/moby/buildkit/errdefs.Vertex+json',
} as const;

/** The end of a call that failed. */
export function buildFailure(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  const code = codes[errorKind(error)] ?? grpcCodes.unknown;
  const message = shortenMessage(errorMessage(error));
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
    const data = Buffer.from(shortenSource(location)).toString('base64');
    const value = json({
      info: { filename: location.name, data, language: 'Dockerfile' },
      ranges: location.ranges.map(({ start, end }) => ({ start: { line: start }, end: { line: end } })),
    });
    details.push({ typeUrl: detailTypes.source, value });
  }
  return details;
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
