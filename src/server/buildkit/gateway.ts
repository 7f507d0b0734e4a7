// BuildKit's gateway: a client says, while its build waits, what is to be built.

import { status } from '../../api/buildkit/control.ts';
import { definitionOfEvaluation, readDefinition, type SourceDefinition } from '../../api/buildkit/definitions.ts';
import {
  bridgeSolveRequest,
  bridgeSolveResponse,
  evaluateRequest,
  evaluateResponse,
  inputsRequest,
  inputsResponse,
  pingRequest,
  pongResponse,
  returnRequest,
  returnResponse,
  warnRequest,
  warnResponse,
} from '../../api/buildkit/gateway.ts';
import { encode } from '../../api/buildkit/message.ts';
import type { GrpcHandler } from '../../lib/grpc/server.ts';
import { type GrpcCode, GrpcError } from '../../lib/grpc/status.ts';
import { checkFrontend } from './control.ts';
import { fileMethods } from './gateway-files.ts';
import { type MethodCall, unary } from './method.ts';
import type { BuildJob } from './solve/build-job.ts';
import type { BuildJobs } from './solve/build-jobs.ts';
import { evaluationInputs } from './solve/evaluation-inputs.ts';
import type { Evaluation } from './solve/requests/evaluation.ts';
import type { FrontendAnswer } from './solve/subrequests/frontend-answer.ts';
import { type WorkerFacts, workerOf } from './worker.ts';

interface GatewayDeps {
  readonly jobs: BuildJobs;
  readonly worker: WorkerFacts;
  /** Answers what is a question about a Dockerfile rather than a build; undefined for a build. */
  readonly ask: (job: BuildJob, evaluation: Evaluation, signal: AbortSignal) => Promise<FrontendAnswer | undefined>;
  /** Brings files from elsewhere for the client to read, kept with the build; returns their name. */
  readonly openFiles: (job: BuildJob, source: SourceDefinition, signal: AbortSignal) => Promise<string>;
}

/** What clients may rely on, by BuildKit's names (frontend/gateway/pb/caps.go). */
const capabilities = [
  ...['solve.base', 'solve.inlinereturn', 'resolveimage', 'proto.refarray', 'reference.output', 'return', 'returnmap'],
  ...['importcaches', 'frontend.inputs', 'gateway.evaluate', 'gateway.evaluate.solve', 'gateway.solve.metadata'],
  ...['frontend.caps', 'gateway.warnings', 'readfile', 'readdir', 'statfile'],
];

/**
 * The same for builds themselves (solver/pb/caps.go): what results can be, and several of them at once. Kinds of caches that
 * clients drop without a word where they are not known are here, and refused when they come.
 */
const llbCapabilities = [
  ...['source.image', 'source.local', 'source.git', 'source.git.fullurl', 'source.git.httpauth', 'source.git.subdir'],
  ...['source.http', 'source.ocilayout', 'constraints', 'platform', 'meta.ignorecache'],
  ...[
    'exporter.image.attestations',
    'exporter.image.annotations',
    'exporter.multiple',
    'meta.description',
    'gc.freespacefilter',
  ],
  ...['cache.gha', 'cache.s3'],
];

const path = '/moby.buildkit.v1.frontend.LLBBridge/';

export function gatewayMethods({ jobs, worker, ask, openFiles }: GatewayDeps): Record<string, GrpcHandler> {
  const jobOf = ({ metadata, signal }: MethodCall) =>
    jobs.get(String(metadata['buildkit-controlapi-buildid'] ?? ''), signal);
  return {
    [`${path}Ping`]: unary([pingRequest, pongResponse], async (_, call) => {
      await jobOf(call);
      return {
        frontendApiCaps: capabilities.map(id => ({ id, enabled: true })),
        llbCaps: llbCapabilities.map(id => ({ id, enabled: true })),
        workers: [workerOf(worker)],
      };
    }),
    [`${path}Solve`]: unary([bridgeSolveRequest, bridgeSolveResponse], async (request, call) => {
      const job = await jobOf(call);
      const source = readDefinition(request.definition);
      if (source) {
        const ref = source.kind === 'evaluation' ? source.ref : await openFiles(job, source, call.signal);
        return request.allowResultReturn
          ? { result: { ref: { id: ref, def: request.definition }, metadata: {} } }
          : { ref };
      }
      // A client asks for nothing to have an empty result.
      if (request.frontend === '') return { result: { metadata: {} } };
      const attributes = { ...request.frontendOpt, ...cacheImports(request.cacheImports) };
      checkFrontend(request.frontend, attributes);
      const evaluation = job.evaluate(attributes, evaluationInputs(request.frontendInputs, jobs));
      const answer = await ask(job, evaluation, call.signal);
      if (answer) return { result: { metadata: { ...answer } } };
      const { ref } = evaluation;
      if (!request.allowResultReturn) return { ref };
      return { result: { ref: { id: ref, def: definitionOfEvaluation(ref) }, metadata: {} } };
    }),
    [`${path}Return`]: unary([returnRequest, returnResponse], async ({ result, error }, call) => {
      const job = await jobOf(call);
      const { code = 0, message = '' } = error ?? {};
      if (error && code !== 0) {
        job.return({ error: new GrpcError(code as GrpcCode, message, encode(status, error)) });
      } else {
        const [first] = Object.values(result?.refs?.refs ?? {});
        job.return({ ref: result?.ref?.id ?? first?.id ?? result?.refDeprecated });
      }
      return {};
    }),
    ...fileMethods(jobOf),
    // Everything is evaluated when it is returned; what is wrong with it comes then.
    [`${path}Evaluate`]: unary([evaluateRequest, evaluateResponse], () => ({})),
    [`${path}Inputs`]: unary([inputsRequest, inputsResponse], () => ({})),
    [`${path}Warn`]: unary([warnRequest, warnResponse], () => ({})),
  };
}

function cacheImports(imports: readonly { type?: string; attrs?: Record<string, string> }[]): Record<string, string> {
  if (imports.length === 0) return {};
  const entries = imports.map(({ type = '', attrs = {} }) => ({ Type: type, Attrs: attrs }));
  return { 'cache-imports': JSON.stringify(entries) };
}
