// Finds the declared operation of a method and path.

import type { Endpoint, Method } from '../api/endpoint.ts';

/** An operation with the name it is called by. */
export interface Route {
  tag: string;
  operation: string;
  endpoint: Endpoint;
}

/** A route and the decoded values of its path parameters. */
export interface Match {
  route: Route;
  path: Record<string, string>;
}

interface Leaf {
  route: Route;
  names: string[];
}

interface Tail {
  suffix: string[];
  leaves: Map<Method, Leaf>;
}

interface Node {
  fixed: Map<string, Node>;
  parameter: Node | undefined;
  /** Parameters that may hold slashes, followed by fixed segments; longest suffix first. */
  tails: Tail[];
  leaves: Map<Method, Leaf>;
}

const newNode = (): Node => ({ fixed: new Map(), parameter: undefined, tails: [], leaves: new Map() });

/**
 * A tree of path segments, built once. Fixed segments win over parameters (`/images/json` over `/images/{name}`),
 * and one that leads nowhere is tried again as a parameter: an image may be called `json`.
 */
export class Router {
  readonly #root = newNode();

  constructor(routes: Iterable<Route>) {
    for (const route of routes) this.#add(route);
  }

  /** The operation, or undefined; `/networks/` is `/networks`, as it always was. Throws URIError on a malformed escape in a parameter. */
  find(method: string, path: string): Match | undefined {
    const segments = (path === '/networks/' ? '/networks' : path).split('/').slice(1);
    const values: string[] = [];
    const leaf = walk(this.#root, { method: method as Method, segments, values }, 0);
    if (!leaf) return undefined;
    const parameters: Record<string, string> = {};
    for (const [index, name] of leaf.names.entries()) parameters[name] = decodeURIComponent(values[index] ?? '');
    return { route: leaf.route, path: parameters };
  }

  #add(route: Route): void {
    const segments = route.endpoint.path.split('/').slice(1);
    const names: string[] = [];
    let node = this.#root;
    for (const [index, segment] of segments.entries()) {
      if (segment.endsWith('*}')) {
        names.push(segment.slice(1, -2));
        addTail(node, segments.slice(index + 1)).set(route.endpoint.method, { route, names });
        return;
      }
      if (segment.startsWith('{')) {
        names.push(segment.slice(1, -1));
        node = node.parameter ??= newNode();
      } else {
        const next = node.fixed.get(segment) ?? newNode();
        node.fixed.set(segment, next);
        node = next;
      }
    }
    node.leaves.set(route.endpoint.method, { route, names });
  }
}

function addTail(node: Node, suffix: string[]): Map<Method, Leaf> {
  const same = node.tails.find(tail => tail.suffix.join('/') === suffix.join('/'));
  if (same) return same.leaves;
  const tail: Tail = { suffix, leaves: new Map() };
  node.tails.push(tail);
  node.tails.sort((a, b) => b.suffix.length - a.suffix.length);
  return tail.leaves;
}

function walk(
  node: Node,
  request: { method: Method; segments: string[]; values: string[] },
  index: number,
): Leaf | undefined {
  const { segments, values } = request;
  const segment = segments[index];
  if (segment === undefined) return node.leaves.get(request.method);
  const fixed = node.fixed.get(segment);
  const found = fixed && walk(fixed, request, index + 1);
  if (found) return found;
  if (node.parameter && segment !== '') {
    values.push(segment);
    const leaf = walk(node.parameter, request, index + 1);
    if (leaf) return leaf;
    values.pop();
  }
  for (const tail of node.tails) {
    const end = segments.length - tail.suffix.length;
    const leaf = tail.leaves.get(request.method);
    if (!leaf || end <= index || !tail.suffix.every((part, offset) => segments[end + offset] === part)) continue;
    const value = segments.slice(index, end).join('/');
    if (value === '') continue;
    values.push(value);
    return leaf;
  }
  return undefined;
}
