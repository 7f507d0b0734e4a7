// What a build fetches from its client as one stream: a context that came on standard input.
import { bytesMessage } from '../../../api/buildkit/callbacks.ts';
import { encode } from '../../../api/buildkit/message.ts';
import type { GrpcHandler } from '../../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { ownEntry } from '../../../lib/own-entry.ts';

/** BuildKit's clients send no more in one message. */
const portion = 1024 * 1024;

/** Answers BuildKit's Upload/Pull: each stream can be read once. */
export function uploadMethod(uploads: Readonly<Record<string, AsyncIterable<Uint8Array>>>): GrpcHandler {
  return async call => {
    const path = String(call.metadata.urlpath ?? '').replace(/^\//, '');
    const stream = ownEntry(uploads, path);
    if (!stream) throw new GrpcError(grpcCodes.notFound, `nothing is uploaded as ${JSON.stringify(path)}`);
    for await (const data of stream) {
      for (let at = 0; at < data.length; at += portion) {
        await call.send(encode(bytesMessage, { data: data.subarray(at, at + portion) }));
      }
    }
  };
}
