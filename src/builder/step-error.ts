// The error of a step whose command failed: what BuildKit and the classic builder say of it, each in its own words.
import { BerthError, errorKind, errorMessage } from '../lib/errors.ts';
import { quoteGo } from '../lib/template/quote.ts';
import type { Digest } from '../oci/digest.ts';

export interface FailedStep {
  readonly vertex: Digest;
  /** As BuildKit prints it: `[build 2/5] RUN make`. */
  readonly name: string;
  /** The words that were run, `/bin/sh -c make`. */
  readonly command: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
}

/** `message` is BuildKit's, `classic` the classic builder's. */
export class StepError extends BerthError {
  readonly step: FailedStep;

  constructor(step: FailedStep) {
    const oom = step.oomKilled ? ': cannot allocate memory' : '';
    const process = `process ${quoteGo(step.command)}`;
    super('invalid', `${process} did not complete successfully: exit code: ${step.exitCode}${oom}`);
    this.name = 'StepError';
    this.step = step;
  }

  get classic(): string {
    return `The command '${this.step.command}' returned a non-zero code: ${this.step.exitCode}`;
  }
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
