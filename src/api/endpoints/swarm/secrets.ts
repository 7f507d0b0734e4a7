// Operations on secrets.

import { filters, int } from '../../codecs.ts';
import { empty, endpoint, json, optionalJsonBody } from '../../endpoint.ts';
import type { IDResponse } from '../../types/common.ts';
import type { Secret, SecretCreateRequest, SecretSpec } from '../../types/swarm/secrets.ts';

/** Keys are the operation ids of the reference. */
export const secrets = {
  SecretList: endpoint({ method: 'GET', path: '/secrets', query: { filters }, response: json<Secret[]>() }),
  SecretCreate: endpoint({
    method: 'POST',
    path: '/secrets/create',
    body: optionalJsonBody<SecretCreateRequest>(),
    response: json<IDResponse>(),
    status: 201,
  }),
  SecretInspect: endpoint({ method: 'GET', path: '/secrets/{id}', response: json<Secret>() }),
  SecretDelete: endpoint({ method: 'DELETE', path: '/secrets/{id}', response: empty, status: 204 }),
  SecretUpdate: endpoint({
    method: 'POST',
    path: '/secrets/{id}/update',
    query: { version: int },
    body: optionalJsonBody<SecretSpec>(),
    response: empty,
  }),
};
