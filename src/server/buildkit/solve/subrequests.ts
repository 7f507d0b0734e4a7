// Questions about a Dockerfile that build nothing: `docker buildx build --call=check|outline|targets`.
import type { Builder } from '../../../builder/index.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import type { Attributes } from './requests/attributes.ts';
import { describeAnswer } from './subrequests/describe.ts';
import type { FrontendAnswer } from './subrequests/frontend-answer.ts';
import { type LintDeps, lintAnswer } from './subrequests/lint.ts';
import { outlineAnswer, targetsAnswer } from './subrequests/outline.ts';

interface SubrequestDeps extends LintDeps {
  readonly builder: Pick<Builder, 'start' | 'describe'>;
}

/** Undefined when the attributes ask for a build. Throws a GrpcError for a question nobody can answer. */
export async function answerSubrequest(
  attributes: Attributes,
  deps: SubrequestDeps,
): Promise<FrontendAnswer | undefined> {
  const { builder, request, signal } = deps;
  switch (attributes.requestid) {
    case undefined:
    case '':
      return undefined;
    case 'frontend.subrequests.describe':
      return describeAnswer();
    case 'frontend.lint':
      return await lintAnswer(deps);
    case 'frontend.outline':
      return outlineAnswer(await builder.describe(request(), signal));
    case 'frontend.targets':
      return targetsAnswer(await builder.describe(request(), signal));
    default:
      throw new GrpcError(grpcCodes.unimplemented, `unsupported subrequest ${attributes.requestid}`);
  }
}
