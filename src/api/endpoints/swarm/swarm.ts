// Operations on the swarm as a whole.

import { bool, int } from '../../codecs.ts';
import { empty, endpoint, json, jsonBody } from '../../endpoint.ts';
import type {
  Swarm,
  SwarmInitRequest,
  SwarmJoinRequest,
  SwarmSpec,
  SwarmUnlockRequest,
  UnlockKeyResponse,
} from '../../types/swarm/swarm.ts';

/** Keys are the operation ids of the reference. */
export const swarm = {
  SwarmInspect: endpoint({ method: 'GET', path: '/swarm', response: json<Swarm>() }),
  SwarmInit: endpoint({
    method: 'POST',
    path: '/swarm/init',
    body: jsonBody<SwarmInitRequest>(),
    response: json<string>(),
  }),
  SwarmJoin: endpoint({ method: 'POST', path: '/swarm/join', body: jsonBody<SwarmJoinRequest>(), response: empty }),
  SwarmLeave: endpoint({ method: 'POST', path: '/swarm/leave', query: { force: bool }, response: empty }),
  SwarmUpdate: endpoint({
    method: 'POST',
    path: '/swarm/update',
    query: { version: int, rotateWorkerToken: bool, rotateManagerToken: bool, rotateManagerUnlockKey: bool },
    body: jsonBody<SwarmSpec>(),
    response: empty,
  }),
  SwarmUnlockkey: endpoint({ method: 'GET', path: '/swarm/unlockkey', response: json<UnlockKeyResponse>() }),
  SwarmUnlock: endpoint({
    method: 'POST',
    path: '/swarm/unlock',
    body: jsonBody<SwarmUnlockRequest>(),
    response: empty,
  }),
};
