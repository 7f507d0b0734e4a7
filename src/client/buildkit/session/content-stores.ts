// Directories of this machine that are OCI layouts, whose blobs a daemon reads and writes over the session: caches, images.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, statSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
import type { GrpcHandler, ServerCall } from '../../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { ownEntry } from '../../../lib/own-entry.ts';

/** containerd's content service, as far as a build needs it; `stores`: directories by the ids the build has for them. */
export function contentMethods(stores: Readonly<Record<string, string>>): Record<string, GrpcHandler> {
  const storeOf = ({ metadata }: ServerCall): string => {
    const id = String(metadata[contentStoreKey] ?? '');
    const directory = ownEntry(stores, id);
    if (directory === undefined) throw new GrpcError(grpcCodes.notFound, `unknown content store ${JSON.stringify(id)}`);
    return directory;
  };
  return {
    [`${contentService}Info`]: async call => {
      const { digest } = decode(contentInfoRequest, await call.first());
      const size = sizeOf(blobPath(storeOf(call), digest), digest);
      await call.send(encode(contentInfoResponse, { info: { digest, size } }));
    },
    [`${contentService}Read`]: call => read(call, storeOf(call)),
    [`${contentService}Write`]: call => write(call, storeOf(call)),
  };
}

async function read(call: ServerCall, directory: string): Promise<void> {
  const { digest, offset: start, size } = decode(readContentRequest, await call.first());
  const path = blobPath(directory, digest);
  sizeOf(path, digest);
  let offset = start;
  const range = { start, ...(size > 0 && { end: start + size - 1 }), highWaterMark: contentPortion };
  for await (const data of createReadStream(path, range)) {
    await call.send(encode(readContentResponse, { offset, data: data as Buffer }));
    offset += (data as Buffer).length;
  }
}

/** One blob: every message is answered; it is there when it was committed, and nothing is left of it otherwise. */
async function write(call: ServerCall, directory: string): Promise<void> {
  const ingest = join(directory, 'ingest');
  mkdirSync(ingest, { recursive: true });
  const temporary = join(ingest, randomUUID());
  const file = await open(temporary, 'wx', 0o644);
  const upload = new Upload(file);
  try {
    for await (const message of call.messages()) {
      const request = decode(writeContentRequest, message);
      const { action, expected } = request;
      if (expected !== '' && statSync(blobPath(directory, expected), { throwIfNoEntry: false })) {
        throw new GrpcError(grpcCodes.alreadyExists, `content ${expected}: already exists`);
      }
      const digest = await upload.take(request);
      if (action === writeAction.commit) {
        const path = blobPath(directory, digest);
        mkdirSync(dirname(path), { recursive: true });
        await rename(temporary, path);
      }
      await call.send(encode(writeContentResponse, { action, offset: upload.offset, total: request.total, digest }));
      if (action === writeAction.commit) return;
    }
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
}

class Upload {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  offset = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Returns the digest of a blob that is whole, '' before. Throws a GrpcError for what is not what it should be. */
  async take({ action, data, offset, total, expected }: MessageOf<typeof writeContentRequest>): Promise<string> {
    if (action === writeAction.stat) return '';
    if (offset !== this.offset && data.length > 0) {
      throw new GrpcError(grpcCodes.outOfRange, `expected offset ${this.offset}, not ${offset}`);
    }
    if (data.length > 0) await this.#file.writeFile(data);
    this.#hash.update(data);
    this.offset += data.length;
    if (action !== writeAction.commit) return '';
    const digest = `sha256:${this.#hash.digest('hex')}`;
    if (total > 0 && total !== this.offset) {
      throw new GrpcError(grpcCodes.failedPrecondition, `unexpected commit size ${this.offset}, expected ${total}`);
    }
    if (expected !== '' && expected !== digest) {
      throw new GrpcError(grpcCodes.failedPrecondition, `unexpected commit digest ${digest}, expected ${expected}`);
    }
    return digest;
  }
}

function blobPath(directory: string, digest: string): string {
  const [, algorithm, hex] = /^(sha(?:256|384|512)):([0-9a-f]+)$/.exec(digest) ?? [];
  if (algorithm === undefined || hex === undefined) {
    throw new GrpcError(grpcCodes.invalidArgument, `invalid digest ${JSON.stringify(digest)}`);
  }
  return join(directory, 'blobs', algorithm, hex);
}

function sizeOf(path: string, digest: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new GrpcError(grpcCodes.notFound, `content ${digest}: not found`);
  return stats.size;
}
