// Operations on services.

import { bool, filters, int, str } from '../../codecs.ts';
import { empty, endpoint, frames, json, jsonBody } from '../../endpoint.ts';
import type {
  Service,
  ServiceCreateRequest,
  ServiceCreateResponse,
  ServiceUpdateRequest,
  ServiceUpdateResponse,
} from '../../types/swarm/services.ts';

/** Keys are the operation ids of the reference. */
export const services = {
  ServiceList: endpoint({
    method: 'GET',
    path: '/services',
    query: { filters, status: bool },
    response: json<Service[]>(),
  }),
  ServiceCreate: endpoint({
    method: 'POST',
    path: '/services/create',
    body: jsonBody<ServiceCreateRequest>(),
    response: json<ServiceCreateResponse>(),
    status: 201,
  }),
  ServiceInspect: endpoint({
    method: 'GET',
    path: '/services/{id}',
    query: { insertDefaults: bool },
    response: json<Service>(),
  }),
  ServiceDelete: endpoint({ method: 'DELETE', path: '/services/{id}', response: empty }),
  ServiceUpdate: endpoint({
    method: 'POST',
    path: '/services/{id}/update',
    query: { version: int, registryAuthFrom: str, rollback: str },
    body: jsonBody<ServiceUpdateRequest>(),
    response: json<ServiceUpdateResponse>(),
  }),
  ServiceLogs: endpoint({
    method: 'GET',
    path: '/services/{id}/logs',
    query: {
      details: bool,
      follow: bool,
      stdout: bool,
      stderr: bool,
      since: str,
      timestamps: bool,
      tail: str,
      until: str,
    },
    response: frames,
  }),
};
