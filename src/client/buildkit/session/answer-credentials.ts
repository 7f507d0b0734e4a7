// What the user has for a registry.
import { credentialsRequest, credentialsResponse } from '../../../api/buildkit/callbacks.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import type { GrpcHandler } from '../../../lib/grpc/server.ts';

/** A user name with a password, or an identity token without one. */
export type FindCredentials = (host: string) => Promise<{ readonly username?: string; readonly secret?: string }>;

/** Answers empty where there are none. */
export function answerCredentials(find: FindCredentials): GrpcHandler {
  return async call => {
    const { host } = decode(credentialsRequest, await call.first());
    await call.send(encode(credentialsResponse, await find(host)));
  };
}
