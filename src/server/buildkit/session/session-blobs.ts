// Blobs in a directory of the client, which it serves over its session as containerd's content service does.
import { randomUUID } from 'node:crypto';
import {
  contentInfoRequest,
  contentInfoResponse,
  contentPortion,
  contentService,
  contentStoreKey,
  readContentRequest,
  readContentResponse,
  writeAction,
  writeContentRequest,
  writeContentResponse,
} from '../../../api/buildkit/content.ts';
import { decode, encode, type MessageOf } from '../../../api/buildkit/message.ts';
import type { BlobStore } from '../../../builder/index.ts';
import { notFound } from '../../../lib/errors.ts';
import type { ClientCall, GrpcConnection } from '../../../lib/grpc/client.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';

/** `id` is what the client calls the directory. */
export class SessionBlobs implements BlobStore {
  readonly #connection: Pick<GrpcConnection, 'call' | 'unary'>;
  readonly #metadata: Readonly<Record<string, string>>;

  constructor(connection: Pick<GrpcConnection, 'call' | 'unary'>, id: string) {
    this.#connection = connection;
    this.#metadata = { [contentStoreKey]: id };
  }

  async size(digest: string, signal: AbortSignal): Promise<number | undefined> {
    try {
      const request = encode(contentInfoRequest, { digest });
      const reply = await this.#connection.unary(`${contentService}Info`, request, {
        metadata: this.#metadata,
        signal,
      });
      return decode(contentInfoResponse, reply).info?.size ?? 0;
    } catch (error) {
      if (error instanceof GrpcError && error.code === grpcCodes.notFound) return undefined;
      throw error;
    }
  }

  async *read(digest: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const call = this.#call('Read', signal);
    await call.send(encode(readContentRequest, { digest }));
    call.end();
    try {
      for await (const message of call.messages()) yield decode(readContentResponse, message).data;
    } catch (error) {
      if (error instanceof GrpcError && error.code === grpcCodes.notFound)
        throw notFound(`content ${digest}: not found`);
      throw error;
    } finally {
      // What nobody reads any more would hold up all other calls of the session.
      call.cancel();
    }
  }

  async write(
    { digest, size }: { digest: string; size: number },
    data: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    const call = this.#call('Write', signal);
    const answers = call.messages();
    try {
      await upload({ call, answers, digest, size, data });
    } catch (error) {
      // What is there already needs no second copy.
      if (!(error instanceof GrpcError && error.code === grpcCodes.alreadyExists)) throw error;
    } finally {
      call.end();
      await answers.return(undefined).catch(() => {});
    }
  }

  #call(method: string, signal: AbortSignal): ClientCall {
    return this.#connection.call(`${contentService}${method}`, { metadata: this.#metadata, signal });
  }
}

/** One question, one answer, as often as there are portions. */
async function upload(o: {
  call: ClientCall;
  answers: AsyncGenerator<Buffer>;
  digest: string;
  size: number;
  data: AsyncIterable<Uint8Array>;
}): Promise<void> {
  const common = { ref: `berth-${randomUUID()}`, total: o.size, expected: o.digest };
  const ask = async (request: Partial<MessageOf<typeof writeContentRequest>>) => {
    await o.call.send(encode(writeContentRequest, { ...common, ...request }));
    const answer = await o.answers.next();
    if (answer.done) throw new GrpcError(grpcCodes.unavailable, 'the client ended before it had everything');
    return decode(writeContentResponse, answer.value);
  };
  let { offset } = await ask({ action: writeAction.stat });
  for await (const part of o.data) {
    for (let at = 0; at < part.length; at += contentPortion) {
      const data = part.subarray(at, at + contentPortion);
      await ask({ action: writeAction.write, offset, data });
      offset += data.length;
    }
  }
  await ask({ action: writeAction.commit, offset });
}
