// Operations on networks.

import { filters, str, strictBool } from '../codecs.ts';
import { empty, endpoint, json, jsonBody } from '../endpoint.ts';
import type {
  Network,
  NetworkConnectRequest,
  NetworkCreateRequest,
  NetworkCreateResponse,
  NetworkDisconnectRequest,
  NetworkPruneResponse,
} from '../types/networks.ts';

/** Keys are the operation ids of the reference. */
export const networks = {
  NetworkList: endpoint({ method: 'GET', path: '/networks', query: { filters }, response: json<Network[]>() }),
  NetworkInspect: endpoint({
    method: 'GET',
    path: '/networks/{id}',
    query: { verbose: strictBool, scope: str },
    response: json<Network>(),
  }),
  NetworkDelete: endpoint({ method: 'DELETE', path: '/networks/{id}', response: empty, status: 204 }),
  NetworkCreate: endpoint({
    method: 'POST',
    path: '/networks/create',
    body: jsonBody<NetworkCreateRequest>(),
    response: json<NetworkCreateResponse>(),
    status: 201,
  }),
  NetworkConnect: endpoint({
    method: 'POST',
    path: '/networks/{id}/connect',
    body: jsonBody<NetworkConnectRequest>(),
    response: empty,
  }),
  NetworkDisconnect: endpoint({
    method: 'POST',
    path: '/networks/{id}/disconnect',
    body: jsonBody<NetworkDisconnectRequest>(),
    response: empty,
  }),
  NetworkPrune: endpoint({
    method: 'POST',
    path: '/networks/prune',
    query: { filters },
    response: json<NetworkPruneResponse>(),
  }),
};
