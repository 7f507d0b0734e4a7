// A build that failed, as its user reads it: where in the Dockerfile, and why.
import { status } from '../../../api/buildkit/control.ts';
import { decode } from '../../../api/buildkit/message.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { formatExcerpt } from '../../../lib/text/source-excerpt.ts';

const sourceType = 'github.com/moby/buildkit/errdefs.Source+json';

/** The lines of the Dockerfile, if it is known which, as BuildKit prints them; else ''. */
export function failureExcerpt(error: unknown): string {
  if (!(error instanceof GrpcError) || !error.details) return '';
  const { details } = decode(status, error.details);
  return details
    .filter(({ typeUrl }) => typeUrl === sourceType)
    .map(({ value }) => excerptOf(JSON.parse(Buffer.from(value ?? []).toString())))
    .join('');
}

/** The last line: `ERROR: failed to build: failed to solve: …`. */
export function failureMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof GrpcError)) return `ERROR: failed to build: ${message}`;
  const canceled = error.code === grpcCodes.cancelled ? 'Canceled: context canceled' : message;
  return `ERROR: failed to build: failed to solve: ${canceled}`;
}

interface WireSource {
  readonly info?: { readonly filename?: string; readonly data?: string };
  readonly ranges?: readonly {
    readonly start?: { readonly line?: number };
    readonly end?: { readonly line?: number };
  }[];
}

function excerptOf({ info, ranges = [] }: WireSource): string {
  return formatExcerpt({
    name: info?.filename ?? 'Dockerfile',
    source: Buffer.from(info?.data ?? '', 'base64').toString(),
    ranges: ranges.map(({ start, end }) => ({ start: start?.line ?? 0, end: end?.line ?? start?.line ?? 0 })),
  });
}
