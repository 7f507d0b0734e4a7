// Operations on swarm nodes.

import { bool, filters, int } from '../../codecs.ts';
import { empty, endpoint, json, optionalJsonBody } from '../../endpoint.ts';
import type { Node, NodeSpec } from '../../types/swarm/nodes.ts';

/** Keys are the operation ids of the reference. */
export const nodes = {
  NodeList: endpoint({ method: 'GET', path: '/nodes', query: { filters }, response: json<Node[]>() }),
  NodeInspect: endpoint({ method: 'GET', path: '/nodes/{id}', response: json<Node>() }),
  NodeDelete: endpoint({ method: 'DELETE', path: '/nodes/{id}', query: { force: bool }, response: empty }),
  NodeUpdate: endpoint({
    method: 'POST',
    path: '/nodes/{id}/update',
    query: { version: int },
    body: optionalJsonBody<NodeSpec>(),
    response: empty,
  }),
};
