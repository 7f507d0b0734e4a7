// Secrets of the user, by id.
import { getSecretRequest, getSecretResponse } from '../../../api/buildkit/callbacks.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import type { GrpcHandler } from '../../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';

/** The secret's bytes; undefined when there is none by that id. */
export type FindSecret = (id: string) => Promise<Uint8Array | undefined>;

/** Answers with what `find` returns; not-found where that is undefined. */
export function answerSecret(find: FindSecret): GrpcHandler {
  return async call => {
    const { id } = decode(getSecretRequest, await call.first());
    const data = await find(id);
    if (data === undefined) throw new GrpcError(grpcCodes.notFound, `secret ${id} not found`);
    await call.send(encode(getSecretResponse, { data }));
  };
}
