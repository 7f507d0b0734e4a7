// The error of a vertex: what went wrong, and in which piece of work.
import { BerthError, errorKind, errorMessage } from '../../lib/errors.ts';
import type { Vertex } from '../progress.ts';

/** `cause` is what was thrown, whose kind and message it has; `before` stands before the message. */
export class VertexError extends BerthError {
  readonly vertex: Vertex;

  constructor(vertex: Vertex, cause: unknown, before = '') {
    super(errorKind(cause), `${before}${errorMessage(cause)}`, { cause });
    this.name = 'VertexError';
    this.vertex = vertex;
  }
}
