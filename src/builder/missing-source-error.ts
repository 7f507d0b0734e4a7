// The error of a COPY whose source is not there, in BuildKit's words and in the classic builder's.
import { BerthError } from '../lib/errors.ts';

export class MissingSourceError extends BerthError {
  readonly path: string;

  constructor(path: string) {
    super('not-found', `failed to calculate checksum of ref context: ${JSON.stringify(path)}: not found`);
    this.name = 'MissingSourceError';
    this.path = path;
  }

  get classic(): string {
    const shown = this.path.replace(/^\//, '');
    return `COPY failed: file not found in build context or excluded by .dockerignore: stat ${shown}: file does not exist`;
  }
}
