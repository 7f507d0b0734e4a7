// The error of a step whose command failed: what BuildKit and the classic builder say of it, each in its own words.
import { BerthError, errorKind, errorMessage } from '../../lib/errors.ts';
import { quoteGo } from '../../lib/template/quote.ts';
import type { Digest } from '../../oci/digest.ts';

interface FailedStep {
  readonly vertex: Digest;
  /** As BuildKit prints it: `[build 2/5] RUN make`. */
  readonly name: string;
  /** The words that were run, `/bin/sh -c make`. */
  readonly command: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** It had as many processes as it may have. */
  readonly forksRefused?: boolean;
}

/** `message` is BuildKit's, `classic` the classic builder's. */
export class StepError extends BerthError {
  readonly step: FailedStep;

  constructor(step: FailedStep) {
    const { command, exitCode } = step;
    const process = `process ${quoteGo(command)}`;
    super('invalid', `${process} did not complete successfully: exit code: ${exitCode}${reasonOf(step)}`);
    this.name = 'StepError';
    this.step = step;
  }

  get classic(): string {
    return `The command '${this.step.command}' returned a non-zero code: ${this.step.exitCode}${reasonOf(this.step)}`;
  }
}

/** What the machine knows of why it ended; the words for memory are BuildKit's. */
function reasonOf({ oomKilled, forksRefused }: FailedStep): string {
  if (oomKilled) return ': cannot allocate memory';
  return forksRefused ? ': the limit of processes was reached (--ulimit nproc)' : '';
}

/** The error of a step whose command could not even be started: an unknown user, a program that is not there. */
export class StepStartError extends BerthError {
  /** What the classic builder says: the engine's words as they are. */
  readonly classic: string;

  constructor(command: string, cause: unknown) {
    const classic = errorMessage(cause);
    // Which program of the engine's said it is of no interest to whoever wrote the command.
    const reason = classic.replace(/^.*unable to start container process: (error during container init: )?/, '');
    super(errorKind(cause), `process ${quoteGo(command)} did not complete successfully: ${reason}`, { cause });
    this.name = 'StepStartError';
    this.classic = classic;
  }
}
