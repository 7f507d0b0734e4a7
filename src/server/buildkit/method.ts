// One method of a gRPC service: the shapes of what comes and goes, and what is done.
import { decode, encode, type Schema } from '../../api/buildkit/message.ts';
import type { GrpcHandler, ServerCall } from '../../lib/grpc/server.ts';

export type MethodCall = Pick<ServerCall, 'metadata' | 'signal'>;

/** One message there, one back. */
export function unary<Q, A>(
  [request, reply]: readonly [Schema<Q>, Schema<A>],
  answer: (request: Q, call: MethodCall) => Promise<Partial<A>> | Partial<A>,
): GrpcHandler {
  return async call => {
    const message = decode(request, await call.first());
    await call.send(encode(reply, await answer(message, call)));
  };
}

/** One message there, any number back. */
export function streaming<Q, A>(
  [request, reply]: readonly [Schema<Q>, Schema<A>],
  answer: (request: Q, call: MethodCall) => AsyncIterable<Partial<A>>,
): GrpcHandler {
  return async call => {
    const message = decode(request, await call.first());
    for await (const part of answer(message, call)) {
      if (call.signal.aborted) return;
      await call.send(encode(reply, part));
    }
  };
}
