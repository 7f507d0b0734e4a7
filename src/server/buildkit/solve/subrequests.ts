// Questions about a Dockerfile that build nothing: `docker buildx build --call=check|outline|targets`.
import type { Builder, BuildRequest, BuildWarning } from '../../../builder/index.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import type { Attributes } from './frontend-request.ts';

/** Results by their names (`result.json`, `result.txt`, `version`, `result.statuscode`). */
export type FrontendAnswer = Readonly<Record<string, Uint8Array>>;

interface Subrequest {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly description: string;
  readonly metadata: readonly { name: string }[];
}

const known: readonly Subrequest[] = [
  {
    name: 'frontend.lint',
    version: '1.0.0',
    type: 'rpc',
    description: 'Lint a Dockerfile',
    metadata: [{ name: 'result.json' }, { name: 'result.txt' }, { name: 'result.statuscode' }],
  },
  {
    name: 'frontend.subrequests.describe',
    version: '1.0.0',
    type: 'rpc',
    description: 'List available subrequest types',
    metadata: [{ name: 'result.json' }, { name: 'result.txt' }],
  },
];

/** Undefined when the attributes ask for a build. Throws a GrpcError for a question nobody can answer. */
export async function answerSubrequest(
  attributes: Attributes,
  deps: { builder: Pick<Builder, 'start'>; request: () => BuildRequest },
): Promise<FrontendAnswer | undefined> {
  switch (attributes.requestid) {
    case undefined:
    case '':
      return undefined;
    case 'frontend.subrequests.describe':
      return texts({
        'result.json': JSON.stringify(known),
        'result.txt': `${known.map(({ name, version, description }) => `${name} ${version} ${description}`).join('\n')}\n`,
        version: '1.0.0',
      });
    case 'frontend.lint':
      return await lint(deps);
    default:
      throw new GrpcError(grpcCodes.unimplemented, `unsupported subrequest ${attributes.requestid}`);
  }
}

async function lint({ builder, request }: { builder: Pick<Builder, 'start'>; request: () => BuildRequest }) {
  const run = builder.start({ ...request(), checkOnly: true, exports: [{ type: 'cacheonly' }] });
  const warnings: BuildWarning[] = [];
  for await (const event of run.watch()) if (event.kind === 'warning') warnings.push(event.warning);
  const failure = await run.result.then(
    () => undefined,
    (error: unknown) => errorMessage(error),
  );
  return texts({
    'result.json': JSON.stringify(lintResult(warnings, failure)),
    'result.txt': lintText(warnings, failure),
    'result.statuscode': warnings.length > 0 || failure !== undefined ? '1' : '0',
    version: '1.0.0',
  });
}

/** The shape of BuildKit's frontend/subrequests/lint. */
function lintResult(warnings: readonly BuildWarning[], failure: string | undefined): unknown {
  const files = [...new Map(warnings.map(({ file }) => [file.name, file])).values()];
  return {
    warnings: warnings.map(({ rule, detail, url, short, file, lines }) => ({
      ruleName: rule,
      description: detail,
      url,
      detail: short.replace(`${rule}: `, ''),
      location: {
        sourceIndex: files.findIndex(({ name }) => name === file.name),
        ranges: lines.map(({ start, end }) => ({ start: { line: start }, end: { line: end } })),
      },
    })),
    sources: files.map(({ name, source }) => ({
      filename: name,
      language: 'Dockerfile',
      data: Buffer.from(source).toString('base64'),
    })),
    ...(failure === undefined ? {} : { buildError: { message: failure, location: {} } }),
  };
}

function lintText(warnings: readonly BuildWarning[], failure: string | undefined): string {
  const parts = warnings.map(({ short, detail, url, file, lines }) => {
    const line = lines[0]?.start ?? 0;
    return `WARNING: ${short}${url === '' ? '' : ` - ${url}`}\n${detail}\n${file.name}:${line}\n`;
  });
  return [...parts, ...(failure === undefined ? [] : [`ERROR: ${failure}\n`])].join('\n');
}

function texts(values: Record<string, string>): FrontendAnswer {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Buffer.from(value)]));
}
