// The error of a COPY whose source is not there, in BuildKit's words and in the classic builder's.
import { ChecksumError } from './checksum-error.ts';

export class MissingSourceError extends ChecksumError {
  readonly path: string;

  constructor(path: string) {
    super('not-found', `${JSON.stringify(path)}: not found`);
    this.name = 'MissingSourceError';
    this.path = path;
  }

  get classic(): string {
    const shown = this.path.replace(/^\//, '');
    return `COPY failed: file not found in build context or excluded by .dockerignore: stat ${shown}: file does not exist`;
  }
}
