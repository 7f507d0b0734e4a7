// Operations that are declared and answer 501 until their issue is built: most of plugins, and everything of a swarm.

import { endpoints, type Tag } from '../../api/endpoints.ts';
import { type Handlers, notImplemented } from '../handler.ts';

/** A table that answers 501 to every operation of a tag. */
export function notYetRoutes<T extends Tag>(tag: T): Handlers[T] {
  const operations = Object.keys(endpoints[tag]).map(operation => [operation, notImplemented]);
  return Object.fromEntries(operations) as Handlers[T];
}
