// A build in which the client, instead of building, asks for something and is done.
import { type SolveRequest, solveRequest } from '../../api/buildkit/control.ts';
import { pingRequest, returnRequest } from '../../api/buildkit/gateway.ts';
import { encode } from '../../api/buildkit/message.ts';
import type { GrpcConnection } from '../../lib/grpc/client.ts';
import { GrpcError, grpcCodes } from '../../lib/grpc/status.ts';

/** Calls a method of BuildKit's gateway in the name of the build. Rejects with a GrpcError. */
export type GatewayCall = (method: string, message: Uint8Array) => Promise<Uint8Array>;

const bridge = '/moby.buildkit.v1.frontend.LLBBridge/';

/** The build is over when this settles; it gives nothing. Rejects as `work` does, or with a GrpcError. */
export async function duringBuild<T>(
  connection: GrpcConnection,
  build: Partial<SolveRequest> & { ref: string },
  { work, signal }: { work: (call: GatewayCall) => Promise<T>; signal?: AbortSignal | undefined },
): Promise<T> {
  const whole = connection.unary('/moby.buildkit.v1.Control/Solve', encode(solveRequest, build), { signal });
  whole.catch(() => {});
  const options = { signal, metadata: { 'buildkit-controlapi-buildid': build.ref } };
  const call: GatewayCall = (method, message) => connection.unary(`${bridge}${method}`, message, options);
  await call('Ping', encode(pingRequest, {}));
  try {
    const result = await work(call);
    await call('Return', encode(returnRequest, { result: { metadata: {} } }));
    await whole;
    return result;
  } catch (error) {
    const code = error instanceof GrpcError ? error.code : grpcCodes.unknown;
    const message = error instanceof Error ? error.message : String(error);
    // The build waits for its client, which has nothing to say.
    await call('Return', encode(returnRequest, { error: { code, message } })).catch(() => {});
    throw error;
  }
}
