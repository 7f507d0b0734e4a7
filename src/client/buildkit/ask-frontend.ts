// A question about a Dockerfile (`--check`, `--call`): a build in which the client, instead of building, asks the frontend
// and is done.
import { type SolveRequest, solveRequest } from '../../api/buildkit/control.ts';
import { bridgeSolveRequest, bridgeSolveResponse, pingRequest, returnRequest } from '../../api/buildkit/gateway.ts';
import { decode, encode } from '../../api/buildkit/message.ts';
import type { GrpcConnection } from '../../lib/grpc/client.ts';
import { GrpcError, grpcCodes } from '../../lib/grpc/status.ts';

export interface FrontendQuestion {
  /** Name of the build, a new one. */
  readonly ref: string;
  readonly session: string;
  readonly frontend: string;
  /** With `requestid`, what is asked. */
  readonly attributes: Readonly<Record<string, string>>;
}

const bridge = '/moby.buildkit.v1.frontend.LLBBridge/';

/** Results by name (`result.json`, `result.txt`). Rejects with a GrpcError. */
export async function askFrontend(
  connection: GrpcConnection,
  { ref, session, frontend, attributes }: FrontendQuestion,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, Uint8Array>>> {
  const request: Partial<SolveRequest> = { ref, session };
  const whole = connection.unary('/moby.buildkit.v1.Control/Solve', encode(solveRequest, request), { signal });
  whole.catch(() => {});
  const options = { signal, metadata: { 'buildkit-controlapi-buildid': ref } };
  const call = (method: string, message: Uint8Array) => connection.unary(`${bridge}${method}`, message, options);
  await call('Ping', encode(pingRequest, {}));
  try {
    const asked = { frontend, frontendOpt: { ...attributes }, allowResultReturn: true, allowResultArrayRef: true };
    const reply = await call('Solve', encode(bridgeSolveRequest, asked));
    await call('Return', encode(returnRequest, { result: { metadata: {} } }));
    await whole;
    return decode(bridgeSolveResponse, reply).result?.metadata ?? {};
  } catch (error) {
    const code = error instanceof GrpcError ? error.code : grpcCodes.unknown;
    const message = error instanceof Error ? error.message : String(error);
    // The build waits for its client, which has nothing to say.
    await call('Return', encode(returnRequest, { error: { code, message } })).catch(() => {});
    throw error;
  }
}
