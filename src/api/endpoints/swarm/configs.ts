// Operations on configs.

import { filters, int } from '../../codecs.ts';
import { empty, endpoint, json, optionalJsonBody } from '../../endpoint.ts';
import type { IDResponse } from '../../types/common.ts';
import type { Config, ConfigCreateRequest, ConfigSpec } from '../../types/swarm/secrets.ts';

/** Keys are the operation ids of the reference. */
export const configs = {
  ConfigList: endpoint({ method: 'GET', path: '/configs', query: { filters }, response: json<Config[]>() }),
  ConfigCreate: endpoint({
    method: 'POST',
    path: '/configs/create',
    body: optionalJsonBody<ConfigCreateRequest>(),
    response: json<IDResponse>(),
    status: 201,
  }),
  ConfigInspect: endpoint({ method: 'GET', path: '/configs/{id}', response: json<Config>() }),
  ConfigDelete: endpoint({ method: 'DELETE', path: '/configs/{id}', response: empty, status: 204 }),
  ConfigUpdate: endpoint({
    method: 'POST',
    path: '/configs/{id}/update',
    query: { version: int },
    body: optionalJsonBody<ConfigSpec>(),
    response: empty,
  }),
};
