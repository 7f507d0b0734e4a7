// What a build warns of, as it is told to whoever watches it.
import type { Dockerfile, Warning } from '../dockerfile/syntax.ts';
import type { BuildWarning } from '../progress.ts';

/** A finding of the lint rules. */
export function describeWarning(warning: Warning, { name, source }: Pick<Dockerfile, 'name' | 'source'>): BuildWarning {
  const line = warning.ranges[0]?.start;
  return {
    rule: warning.rule,
    level: 1,
    short: `${warning.rule}: ${warning.message}${line === undefined ? '' : ` (line ${line})`}`,
    detail: warning.description,
    url: warning.url,
    file: { name, source },
    lines: warning.ranges,
  };
}

/**
 * The warning that `# syntax=` names a frontend whose language we may not speak: BuildKit would run that image, we read
 * the file as a Dockerfile. None for Docker's own frontend, wherever it comes from.
 */
export function foreignSyntax({ name, source, directives }: Dockerfile): BuildWarning | undefined {
  const { syntax } = directives;
  if (syntax === undefined || /(^|\/)dockerfile(-upstream)?([:@]|$)/.test(syntax)) return undefined;
  const line = source.split('\n').findIndex(text => text.includes(syntax)) + 1;
  return {
    rule: 'ForeignSyntax',
    level: 1,
    short: `ForeignSyntax: frontend ${syntax} is not run, the file is read as a Dockerfile (line ${line})`,
    detail: 'Berth reads Dockerfiles itself and runs no frontend images',
    url: '',
    file: { name, source },
    lines: [{ start: line, end: line }],
  };
}
