// The error of a vertex: what went wrong, and in which piece of work.
import { BerthError, errorKind, errorMessage } from '../lib/errors.ts';
import type { Vertex } from './progress.ts';

/** `cause` is what was thrown, whose kind and message it has. */
export class VertexError extends BerthError {
  readonly vertex: Vertex;

  constructor(vertex: Vertex, cause: unknown) {
    super(errorKind(cause), errorMessage(cause), { cause });
    this.name = 'VertexError';
    this.vertex = vertex;
  }
}
