// Files of a git repository, which the daemon fetches: as builds do, with what it has of it already.
import { definitionOfSource } from '../../api/buildkit/definitions.ts';
import {
  bridgeSolveRequest,
  bridgeSolveResponse,
  readFileRequest,
  readFileResponse,
} from '../../api/buildkit/gateway.ts';
import { decode, encode } from '../../api/buildkit/message.ts';
import type { GrpcConnection } from '../../lib/grpc/client.ts';
import { GrpcError, grpcCodes } from '../../lib/grpc/status.ts';
import { duringBuild, type GatewayCall } from './during-build.ts';

export interface RepositoryFiles {
  /** Name of the build, a new one. */
  readonly ref: string;
  readonly session: string;
  /** `https://host/repo.git#ref:directory`. */
  readonly address: string;
  /** Below that directory. */
  readonly names: readonly string[];
}

/** By name; those that are not there are left out. Rejects with a GrpcError. */
export async function readRepository(
  connection: GrpcConnection,
  { ref, session, address, names }: RepositoryFiles,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const [remote = '', fragment = ''] = address.split('#', 2);
  const place = remote.replace(/^[a-z]+:\/\//, '');
  const definition = definitionOfSource(`git://${place}${fragment && `#${fragment}`}`, { 'git.fullurl': remote });
  const work = async (call: GatewayCall) => {
    const solved = await call('Solve', encode(bridgeSolveRequest, { definition, allowResultReturn: true }));
    const tree = decode(bridgeSolveResponse, solved).result?.ref?.id ?? '';
    const found = new Map<string, Uint8Array>();
    for (const name of names) {
      try {
        const reply = await call('ReadFile', encode(readFileRequest, { ref: tree, filePath: name }));
        found.set(name, decode(readFileResponse, reply).data);
      } catch (error) {
        if (!(error instanceof GrpcError && error.code === grpcCodes.notFound)) throw error;
      }
    }
    return found;
  };
  return await duringBuild(connection, { ref, session, internal: true }, { work, signal });
}
