// Operations on the daemon itself.

import { filters, str, strs } from '../codecs.ts';
import { endpoint, json, liveLines, optionalJsonBody, text } from '../endpoint.ts';
import type { AuthConfig } from '../types/common.ts';
import type {
  EventMessage,
  SystemAuthResponse,
  SystemDataUsageResponse,
  SystemInfo,
  SystemVersion,
} from '../types/system.ts';

/** Keys are the operation ids of the reference. */
export const system = {
  SystemAuth: endpoint({
    method: 'POST',
    path: '/auth',
    body: optionalJsonBody<AuthConfig>(),
    response: json<SystemAuthResponse>(),
  }),
  SystemInfo: endpoint({ method: 'GET', path: '/info', response: json<SystemInfo>() }),
  SystemVersion: endpoint({ method: 'GET', path: '/version', response: json<SystemVersion>() }),
  SystemPing: endpoint({ method: 'GET', path: '/_ping', response: text }),
  SystemPingHead: endpoint({ method: 'HEAD', path: '/_ping', response: text }),
  SystemEvents: endpoint({
    method: 'GET',
    path: '/events',
    query: { since: str, until: str, filters },
    response: liveLines<EventMessage>(),
  }),
  SystemDataUsage: endpoint({
    method: 'GET',
    path: '/system/df',
    query: { type: strs },
    response: json<SystemDataUsageResponse>(),
  }),
};
