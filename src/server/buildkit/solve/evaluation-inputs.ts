// The inputs of an evaluation as a request names them.
import { readDefinition } from '../../../api/buildkit/definitions.ts';
import type { Definition } from '../../../api/buildkit/ops.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import type { BuildJobs } from './build-jobs.ts';
import type { Evaluation, EvaluationInput } from './requests/evaluation.ts';

/** What clients hand on of other builds' results. Throws a GrpcError for what is none of ours. */
export function evaluationInputs(
  definitions: Readonly<Record<string, Partial<Definition>>>,
  jobs: Pick<BuildJobs, 'evaluation'>,
): Evaluation['inputs'] {
  const inputs: Record<string, EvaluationInput> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const source = readDefinition(definition);
    if (!source) throw new GrpcError(grpcCodes.invalidArgument, `input ${name} is empty`);
    const input = source.kind === 'evaluation' ? jobs.evaluation(source.ref) : source;
    if (!input) throw new GrpcError(grpcCodes.notFound, `the build that input ${name} is a result of is not known`);
    inputs[name] = input;
  }
  return inputs;
}
