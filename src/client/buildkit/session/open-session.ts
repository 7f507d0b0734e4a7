// The connection on which a daemon asks this client for what its builds need: files, secrets, credentials, agents; and
// gives it what it keeps itself.
import { createGrpcServer, type GrpcHandler } from '../../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import type { Client } from '../../client.ts';
import type { OpenSender } from '../files/handover.ts';
import { answerCredentials, type FindCredentials } from './answer-credentials.ts';
import { answerSecret, type FindSecret } from './answer-secret.ts';
import { answerSync, type OpenReader } from './answer-sync.ts';
import { contentMethods } from './content-stores.ts';
import { type BuildOutput, receiveOutput } from './receive-output.ts';
import { agentMethods } from './ssh-agents.ts';
import { uploadMethod } from './upload.ts';

export interface SessionOptions {
  /** A name nobody else uses. */
  readonly id: string;
  /** The same for every build of one directory, so that the daemon knows what it has of it. */
  readonly sharedKey: string;
  /** Directories by the names the build has for them. */
  readonly directories: Readonly<Record<string, string>>;
  /** Reads what their files are. Extended attributes are not sent without it. Asked for when files are about to be sent. */
  readonly reader?: OpenReader;
  /** Hands long files over to an engine of this machine; without it they are sent. */
  readonly sender?: OpenSender;
  /** Where exporters leave their results, by their numbers. */
  readonly outputs?: readonly (BuildOutput | undefined)[];
  readonly secret?: FindSecret;
  readonly credentials?: FindCredentials;
  /** Sockets of SSH agents by id. */
  readonly agents?: Readonly<Record<string, string>>;
  /** Directories that are OCI layouts, by the ids the build has for them. */
  readonly stores?: Readonly<Record<string, string>>;
  /** Streams by the path under which the build fetches them. */
  readonly uploads?: Readonly<Record<string, AsyncIterable<Uint8Array>>>;
}

/** Opens it; disposing of it closes the connection. */
export async function openSession(client: Pick<Client, 'hijack'>, options: SessionOptions): Promise<AsyncDisposable> {
  const methods = methodsOf(options);
  const { socket } = await client.hijack('Session', {
    headers: {
      Upgrade: 'h2c',
      'X-Docker-Expose-Session-Uuid': options.id,
      'X-Docker-Expose-Session-Name': 'berth',
      'X-Docker-Expose-Session-Sharedkey': options.sharedKey,
      'X-Docker-Expose-Session-Grpc-Method': Object.keys(methods),
    },
  });
  const server = createGrpcServer({ handler: path => methods[path], toError });
  server.serve(socket);
  return {
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

function methodsOf(options: SessionOptions): Record<string, GrpcHandler> {
  const { outputs = [], secret, credentials, agents, uploads, stores } = options;
  return {
    '/grpc.health.v1.Health/Check': async call => {
      // HealthCheckResponse: status SERVING.
      await call.send(new Uint8Array([0x08, 0x01]));
    },
    '/moby.filesync.v1.FileSync/DiffCopy': call => answerSync(call, options),
    ...(outputs.some(output => output) && {
      '/moby.filesync.v1.FileSend/DiffCopy': call => receiveOutput(call, outputs),
    }),
    ...(secret && { '/moby.buildkit.secrets.v1.Secrets/GetSecret': answerSecret(secret) }),
    ...(credentials && { '/moby.filesync.v1.Auth/Credentials': answerCredentials(credentials) }),
    ...(agents && agentMethods(agents)),
    ...(stores && contentMethods(stores)),
    ...(uploads && { '/moby.upload.v1.Upload/Pull': uploadMethod(uploads) }),
  };
}

function toError(error: unknown): GrpcError {
  return new GrpcError(grpcCodes.unknown, error instanceof Error ? error.message : String(error));
}
