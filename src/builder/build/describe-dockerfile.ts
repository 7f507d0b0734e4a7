// What a Dockerfile offers and asks for, without building anything.
import { evaluateDockerfile } from '../dockerfile/evaluation/evaluate-dockerfile.ts';
import { type Outline, outlineOf } from '../dockerfile/outline/outline.ts';
import { type Target, targetsOf } from '../dockerfile/outline/targets.ts';
import { parseDockerfile } from '../dockerfile/parse-dockerfile.ts';
import { findTarget } from '../dockerfile/stage-references.ts';
import type { BuildRequest } from '../request.ts';
import { ProgressLog } from '../solve/progress-log.ts';
import { BuildInputs } from './build-inputs.ts';
import type { BuilderContext } from './builder-context.ts';

export interface DockerfileDescription {
  /** As the user named it. */
  readonly name: string;
  readonly source: string;
  readonly targets: readonly Target[];
  /** Of the target of the request. */
  readonly outline: Outline;
}

/** Reads the Dockerfile of the request. Throws `DockerfileError`, `not-found` and what its source throws. */
export async function describeDockerfile(
  request: BuildRequest,
  { context, signal }: { context: BuilderContext; signal: AbortSignal },
): Promise<DockerfileDescription> {
  await using opened = new AsyncDisposableStack();
  const inputs = new BuildInputs(request, {
    ...{ context, signal, build: request.id ?? '' },
    progress: new ProgressLog(),
    own: tree => void opened.use(tree),
  });
  const { name, content } = await inputs.dockerfile();
  const dockerfile = parseDockerfile(content, { name });
  const { buildArgs = {}, platforms, target } = request;
  const stage = findTarget(dockerfile, target);
  const buildPlatform = context.platform;
  const targetPlatform = platforms?.[0] ?? buildPlatform;
  const variables = { buildArgs, buildPlatform, targetPlatform, ...(target && { target }) };
  const evaluation = evaluateDockerfile(dockerfile, variables);
  return {
    name,
    source: dockerfile.source,
    targets: targetsOf(dockerfile),
    outline: outlineOf(dockerfile, { evaluation, buildArgs }, stage),
  };
}
