// What a client wants of the frontend, between asking for it and its build: other builds may stand upon it by then.
import { randomUUID } from 'node:crypto';
import type { SourceDefinition } from '../../../../api/buildkit/definitions.ts';
import type { BuildRun, NamedContext } from '../../../../builder/index.ts';
import { GrpcError, grpcCodes } from '../../../../lib/grpc/status.ts';
import type { Attributes } from './attributes.ts';

/** A result of another build, or files of its own. */
export type EvaluationInput = Evaluation | SourceDefinition;

export class Evaluation {
  /** Its name between client and daemon. */
  readonly ref = randomUUID();
  readonly attributes: Attributes;
  /** What attributes mean by `input:<name>`. */
  readonly inputs: Readonly<Record<string, EvaluationInput>>;
  readonly #run = Promise.withResolvers<BuildRun>();

  constructor(attributes: Attributes, inputs: Evaluation['inputs'] = {}) {
    this.attributes = attributes;
    this.inputs = inputs;
    this.#run.promise.catch(() => {});
  }

  /** It is built from now on. */
  begin(run: BuildRun): void {
    this.#run.resolve(run);
  }

  /** It never will be, unless it is already. */
  abandon(): void {
    const message = 'the build of a context ended before it began, or is the same as that which needs it';
    this.#run.reject(new GrpcError(grpcCodes.aborted, message));
  }

  /** For a build that stands upon it. */
  context(): NamedContext {
    return { kind: 'build', targets: async () => (await this.#run.promise).targets };
  }
}
