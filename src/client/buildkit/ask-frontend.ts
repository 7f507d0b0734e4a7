// A question about a Dockerfile (`--check`, `--call`).
import { bridgeSolveRequest, bridgeSolveResponse } from '../../api/buildkit/gateway.ts';
import { decode, encode } from '../../api/buildkit/message.ts';
import type { GrpcConnection } from '../../lib/grpc/client.ts';
import { duringBuild } from './during-build.ts';

export interface FrontendQuestion {
  /** Name of the build, a new one. */
  readonly ref: string;
  readonly session: string;
  readonly frontend: string;
  /** With `requestid`, what is asked. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Results by name (`result.json`, `result.txt`). Rejects with a GrpcError. */
export async function askFrontend(
  connection: GrpcConnection,
  { ref, session, frontend, attributes }: FrontendQuestion,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, Uint8Array>>> {
  const asked = { frontend, frontendOpt: { ...attributes }, allowResultReturn: true, allowResultArrayRef: true };
  const reply = await duringBuild(
    connection,
    { ref, session },
    { signal, work: call => call('Solve', encode(bridgeSolveRequest, asked)) },
  );
  return decode(bridgeSolveResponse, reply).result?.metadata ?? {};
}
