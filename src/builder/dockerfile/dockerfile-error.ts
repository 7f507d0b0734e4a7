// An error of a Dockerfile, which knows where it happened.
import { BerthError, type ErrorKind } from '../../lib/errors.ts';
import { formatExcerpt, type SourceLocation } from '../../lib/text/source-excerpt.ts';

/** An error at lines of a Dockerfile. `message` is what went wrong alone, `excerpt` shows the lines as BuildKit does. */
export class DockerfileError extends BerthError {
  readonly location: SourceLocation;

  constructor(message: string, location: SourceLocation, options: { kind?: ErrorKind; cause?: unknown } = {}) {
    super(options.kind ?? 'invalid', message, { cause: options.cause });
    this.name = 'DockerfileError';
    this.location = location;
  }

  /** The lines around, with `>>>` at those that are wrong; empty when the location is outside of the file. */
  get excerpt(): string {
    return formatExcerpt(this.location);
  }
}
