// Reading one direction of a connection without ending the other.

import type { Readable } from 'node:stream';

/**
 * What the peer sends, until it ends its side. Unlike iterating the connection itself, which destroys it at the end,
 * this leaves the writing side open.
 */
export function readInput(connection: Readable): AsyncIterable<Buffer> {
  return connection.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}
