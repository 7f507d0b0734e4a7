// One method of a gRPC service: the shapes of what comes and goes, and what is done.
import { decode, encode, type Schema } from '../../api/buildkit/message.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { GrpcHandler, ServerCall } from '../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../lib/grpc/status.ts';

export type MethodCall = Pick<ServerCall, 'metadata' | 'signal'>;

/** One message there, one back. */
export function unary<Q, A>(
  [request, reply]: readonly [Schema<Q>, Schema<A>],
  answer: (request: Q, call: MethodCall) => Promise<Partial<A>> | Partial<A>,
): GrpcHandler {
  return async call => {
    const message = read(request, await call.first());
    await call.send(encode(reply, await answer(message, call)));
  };
}

/** One message there, any number back. */
export function streaming<Q, A>(
  [request, reply]: readonly [Schema<Q>, Schema<A>],
  answer: (request: Q, call: MethodCall) => AsyncIterable<Partial<A>>,
): GrpcHandler {
  return async call => {
    const message = read(request, await call.first());
    for await (const part of answer(message, call)) {
      if (call.signal.aborted) return;
      await call.send(encode(reply, part));
    }
  };
}

/** Throws a GrpcError with gRPC's own code and words for bytes that are no such message. */
function read<T>(schema: Schema<T>, bytes: Buffer): T {
  try {
    return decode(schema, bytes);
  } catch (error) {
    throw new GrpcError(grpcCodes.internal, `grpc: error unmarshalling request: ${errorMessage(error)}`);
  }
}
