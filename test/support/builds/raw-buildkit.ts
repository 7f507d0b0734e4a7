// A client on BuildKit's door that says whatever it is told to.
import { randomUUID } from 'node:crypto';
import { type SolveRequest, solveRequest } from '../../../src/api/buildkit/control.ts';
import { packet, packetType, type Stat } from '../../../src/api/buildkit/files/packet.ts';
import { decode, encode } from '../../../src/api/buildkit/message.ts';
import { GrpcConnection } from '../../../src/lib/grpc/client.ts';
import { createGrpcServer, type GrpcHandler, type ServerCall } from '../../../src/lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../../src/lib/grpc/status.ts';
import type { Engine } from '../daemons/engine.ts';

/** How a call ended: its code (0: well) and message. */
export interface Ending {
  readonly code: number;
  readonly message: string;
}

export const controlService = '/moby.buildkit.v1.Control/';
export const syncMethod = '/moby.filesync.v1.FileSync/DiffCopy';

export class RawBuildkit implements Disposable {
  readonly #engine: Engine;
  readonly #connection: GrpcConnection;

  private constructor(engine: Engine, connection: GrpcConnection) {
    this.#engine = engine;
    this.#connection = connection;
  }

  static async connect(engine: Engine): Promise<RawBuildkit> {
    const { socket } = await engine.client.hijack('Grpc', { headers: { Upgrade: 'h2c' } });
    return new RawBuildkit(engine, new GrpcConnection(socket));
  }

  async call(
    path: string,
    message: Uint8Array,
    o: { signal?: AbortSignal; metadata?: Record<string, string> } = {},
  ): Promise<Ending> {
    const ended = this.#connection.unary(path, message, o);
    return await ended.then(() => ({ code: 0, message: '' }), endingOf);
  }

  /** A build of a Dockerfile by a client whose session answers like this. */
  async build(
    handlers: Readonly<Record<string, GrpcHandler>>,
    o: { request?: Partial<SolveRequest>; signal?: AbortSignal } = {},
  ): Promise<Ending> {
    const session = randomUUID();
    const { socket } = await this.#engine.client.hijack('Session', {
      headers: {
        Upgrade: 'h2c',
        'X-Docker-Expose-Session-Uuid': session,
        'X-Docker-Expose-Session-Name': 'raw',
        'X-Docker-Expose-Session-Sharedkey': 'raw',
        'X-Docker-Expose-Session-Grpc-Method': Object.keys(handlers),
      },
    });
    const toError = (error: unknown) => new GrpcError(grpcCodes.unknown, String(error));
    const server = createGrpcServer({ handler: path => handlers[path], toError });
    server.serve(socket);
    try {
      const request = { ref: randomUUID(), session, frontend: 'dockerfile.v0', ...o.request };
      return await this.call(
        `${controlService}Solve`,
        encode(solveRequest, request),
        o.signal ? { signal: o.signal } : {},
      );
    } finally {
      server.close();
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

function endingOf(error: unknown): Ending {
  if (error instanceof GrpcError) return { code: error.code, message: error.message };
  throw error;
}

/** A packet that tells of a file. */
export function told(path: string, stat: Partial<Stat> = {}): Uint8Array {
  return encode(packet, { type: packetType.packetStat, stat: { path, mode: 0o644, ...stat } });
}

/** A packet with a part of a file; without data, its end. */
export function part(id: number, data: Uint8Array = new Uint8Array()): Uint8Array {
  return encode(packet, { type: packetType.packetData, id, data });
}

const listEnd: Uint8Array = encode(packet, { type: packetType.packetStat });
export const finish: Uint8Array = encode(packet, { type: packetType.packetFin });

/** Answers for a directory with the Dockerfile given, and for the context with the packets given; then as clients do. */
export function syncing(
  dockerfile: string,
  list: readonly Uint8Array[],
  o: { files?: Readonly<Record<number, Uint8Array>>; more?: (call: ServerCall) => Promise<void> } = {},
): GrpcHandler {
  return async call => {
    const isContext = call.metadata['dir-name'] !== 'dockerfile';
    const files: Readonly<Record<number, Uint8Array>> = (isContext ? o.files : { 0: Buffer.from(dockerfile) }) ?? {};
    for (const message of isContext ? list : [told('Dockerfile', { size: dockerfile.length })])
      await call.send(message);
    await call.send(listEnd);
    if (isContext) await o.more?.(call);
    for await (const message of call.messages()) {
      const { type, id } = decode(packet, message);
      if (type === packetType.packetFin) return void (await call.send(finish));
      if (type !== packetType.packetReq) continue;
      const data = files[id];
      if (data) await call.send(part(id, data));
      await call.send(part(id));
    }
  };
}
