// What the stages of one evaluation share.
import { BerthError } from '../../../lib/errors.ts';
import { DockerfileError } from '../dockerfile-error.ts';
import type { Variables } from '../expansion/expand-word.ts';
import type { Dockerfile, LineRange, Warning } from '../syntax.ts';

export interface StageContext {
  readonly dockerfile: Dockerfile;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Automatic and global arguments, which `ARG name` takes its value from. */
  readonly globals: Variables;
  readonly isIgnored: (path: string) => boolean;
  readonly warn: (warning: Warning) => void;
}

/** Runs `evaluate`; an error of ours that it throws becomes a `DockerfileError` at `range`, if it is none yet. */
export function locate<T>(
  { name, source }: Pick<Dockerfile, 'name' | 'source'>,
  range: LineRange,
  evaluate: () => T,
): T {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof BerthError) || error instanceof DockerfileError) throw error;
    throw new DockerfileError(error.message, { name, source, ranges: [range] }, { cause: error, kind: error.kind });
  }
}
