// What a registry refused, as it said it.
import { BerthError, type ErrorKind } from '../lib/errors.ts';

/** One entry of the `errors` of a registry's answer. `code` as `MANIFEST_UNKNOWN`. */
export interface RegistryProblem {
  readonly code: string;
  readonly message: string;
  readonly detail?: unknown;
}

/** A registry's refusal. The message reads as Docker prints it: `denied: requested access to the resource is denied`. */
export class RegistryError extends BerthError {
  readonly status: number;
  readonly problems: readonly RegistryProblem[];

  constructor(answer: { status: number; problems: readonly RegistryProblem[] }, message: string, cause?: unknown) {
    super(kindOf(answer), message, { cause });
    this.name = 'RegistryError';
    this.status = answer.status;
    this.problems = answer.problems;
  }

  /** The same refusal for the first of its reasons only. */
  get first(): RegistryError {
    const [problem] = this.problems;
    if (!problem || this.problems.length === 1) return this;
    return new RegistryError({ status: this.status, problems: [problem] }, describeProblem(problem), this);
  }

  /** True when one of its problems has that code. */
  has(code: string): boolean {
    return this.problems.some(problem => problem.code === code);
  }
}

/** `denied: requested access to the resource is denied` */
export function describeProblem({ code, message }: RegistryProblem): string {
  return `${code.toLowerCase().replaceAll('_', ' ')}: ${message}`;
}

function kindOf({ status, problems }: { status: number; problems: readonly RegistryProblem[] }): ErrorKind {
  if (problems[0]?.code === 'DENIED') return 'forbidden';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  return status === 429 || status >= 500 ? 'unavailable' : 'invalid';
}
