// BuildKit's own door: the gRPC services that `docker buildx` speaks on `/grpc`, and the sessions on which it is called
// back. It translates between BuildKit's messages and the builder's requests and progress; it builds nothing itself.
import type { Duplex } from 'node:stream';
import { bytesMessage } from '../../api/buildkit/callbacks.ts';
import { decode, encode } from '../../api/buildkit/message.ts';
import type { Builder } from '../../builder/index.ts';
import { createGrpcServer, type GrpcHandler, type ServerCall } from '../../lib/grpc/server.ts';
import { openClientParts } from './client-parts.ts';
import { controlMethods } from './control.ts';
import { gatewayMethods } from './gateway.ts';
import { MessageDuplex } from './session/message-duplex.ts';
import { Sessions } from './session/sessions.ts';
import { BuildJobs } from './solve/build-jobs.ts';
import { buildFailure } from './solve/failure.ts';
import { solveToRequest } from './solve/requests/solve-request.ts';
import { answerSubrequest } from './solve/subrequests.ts';
import type { WorkerFacts } from './worker.ts';

export type { WorkerFacts } from './worker.ts';

export interface BuildkitDoor {
  /** Serves the control and gateway services on a connection that was taken over. */
  serve(connection: Duplex): void;
  /** Keeps a connection on which its client can be asked for files and secrets. */
  addSession(connection: Duplex, headers: Readonly<Record<string, string>>): void;
  /** Ends all connections. */
  close(): void;
}

export function openBuildkitDoor(builder: Builder, worker: WorkerFacts): BuildkitDoor {
  const sessions = new Sessions();
  const jobs = new BuildJobs(builder);
  const { sources } = builder;
  const openParts = (session: string, signal: AbortSignal) =>
    openClientParts({
      session: () => sessions.get(session, signal),
      id: session,
      sources,
      parsePlatform: text => builder.parsePlatform(text),
      signal,
    });
  const methods: Record<string, GrpcHandler> = {
    ...controlMethods({ builder, jobs, worker, openParts, sessionLoss: (id, over) => sessions.loss(id, over) }),
    // A session may come within the other connection, too.
    '/moby.buildkit.v1.Control/Session': (call: ServerCall) => {
      const bytes = {
        decode: (message: Buffer) => decode(bytesMessage, message).data,
        encode: (data: Uint8Array) => encode(bytesMessage, { data }),
      };
      const ended = Promise.withResolvers<void>();
      const end = () => ended.resolve();
      const { messages, send } = call;
      const connection = new MessageDuplex(
        { messages: () => messages(), send: data => send(data), end, cancel: end },
        bytes,
      );
      call.signal.addEventListener('abort', () => connection.destroy(), { once: true });
      void sessions.add(connection, headersOf(call)).closed.then(end);
      return ended.promise;
    },
    ...gatewayMethods({
      jobs,
      worker,
      ask: async (job, evaluation, signal) => {
        if (!evaluation.attributes.requestid) return undefined;
        await using parts = await openParts(job.request.session, signal);
        const request = () => ({ ...solveToRequest(job.request, evaluation, parts), id: undefined });
        return await answerSubrequest(evaluation.attributes, { builder, request, signal });
      },
      openFiles: async (job, source, signal) => {
        const parts = await openParts(job.request.session, signal);
        try {
          const tree = await parts.sources.defined(source).open({}, { signal, report: () => {} });
          return job.keepFiles(tree, parts);
        } catch (error) {
          await parts[Symbol.asyncDispose]();
          throw error;
        }
      },
    }),
  };
  const byPath = new Map(Object.entries(methods));
  const server = createGrpcServer({ handler: path => byPath.get(path), toError: buildFailure, isPaced: true });
  return {
    serve: connection => server.serve(connection),
    addSession: (connection, headers) => void sessions.add(connection, headers),
    close() {
      server.close();
      sessions.close();
    },
  };
}

function headersOf({ metadata }: ServerCall): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, [value].flat().join(', ')]));
}
