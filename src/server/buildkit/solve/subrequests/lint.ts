// `--check`, `--call=check`: what the lint rules find in a Dockerfile.
import {
  type Builder,
  type BuildRequest,
  type BuildWarning,
  DockerfileError,
  LintError,
} from '../../../../builder/index.ts';
import { findCause } from '../../../../lib/errors.ts';
import { type FrontendAnswer, formatJson, locationOf, textAnswer } from './frontend-answer.ts';

export interface LintDeps {
  readonly builder: Pick<Builder, 'start'>;
  readonly request: () => BuildRequest;
  readonly signal: AbortSignal;
}

interface Findings {
  readonly warnings: readonly BuildWarning[];
  /** What makes a build impossible. */
  readonly error: DockerfileError | undefined;
}

/** Throws what is wrong beyond the Dockerfile itself. */
export async function lintAnswer(deps: LintDeps): Promise<FrontendAnswer> {
  const findings = await findAll(deps);
  const failed = findings.warnings.length > 0 || findings.error !== undefined;
  return textAnswer({
    'result.json': formatJson(lintResult(findings)),
    'result.txt': lintText(findings),
    'result.statuscode': failed ? '1' : '0',
    version: '1.0.0',
  });
}

async function findAll({ builder, request, signal }: LintDeps): Promise<Findings> {
  const run = builder.start({ ...request(), checkOnly: true, exports: [{ type: 'cacheonly' }] });
  const cancel = () => run.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const warnings: BuildWarning[] = [];
  try {
    for await (const event of run.watch()) if (event.kind === 'warning') warnings.push(event.warning);
    await run.result;
    return { warnings, error: undefined };
  } catch (error) {
    const located = findCause(error, DockerfileError);
    if (!located) throw error;
    return { warnings, error: located };
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** The shape of BuildKit's frontend/subrequests/lint. */
function lintResult({ warnings, error }: Findings): unknown {
  const files = new Map(warnings.map(({ file }) => [file.name, file.source]));
  if (error) files.set(error.location.name, error.location.source);
  const names = [...files.keys()];
  return {
    // Go's word for an empty list.
    warnings: warnings.length === 0 ? null : warnings.map(warning => warningResult(warning, names)),
    sources: [...files].map(([filename, source]) => ({
      filename,
      data: Buffer.from(source).toString('base64'),
      language: 'Dockerfile',
    })),
    ...(error && {
      buildError: {
        message: error.message,
        // Where the findings are they say themselves.
        location:
          error instanceof LintError ? {} : locationOf(error.location.ranges, names.indexOf(error.location.name)),
      },
    }),
  };
}

function warningResult({ rule, detail, url, short, file, lines }: BuildWarning, names: readonly string[]): unknown {
  return {
    ruleName: rule,
    description: detail,
    url: url || undefined,
    detail: short.replace(`${rule}: `, '').replace(/ \(line \d+\)$/, ''),
    location: locationOf(lines, names.indexOf(file.name)),
  };
}

function lintText({ warnings, error }: Findings): string {
  const parts = warnings.map(({ short, detail, url, file, lines }) => {
    const line = lines[0]?.start ?? 0;
    return `WARNING: ${short}${url === '' ? '' : ` - ${url}`}\n${detail}\n${file.name}:${line}\n`;
  });
  return [...parts, ...(error ? [`ERROR: ${error.message}\n`] : [])].join('\n');
}
