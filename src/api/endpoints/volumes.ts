// Operations on volumes.

import { bool, filters, int, volumeFilters } from '../codecs.ts';
import { empty, endpoint, json, optionalJsonBody } from '../endpoint.ts';
import type {
  Volume,
  VolumeCreateOptions,
  VolumeListResponse,
  VolumePruneResponse,
  VolumeUpdateRequest,
} from '../types/volumes.ts';

/** Keys are the operation ids of the reference. */
export const volumes = {
  VolumeList: endpoint({
    method: 'GET',
    path: '/volumes',
    query: { filters: volumeFilters },
    response: json<VolumeListResponse>(),
  }),
  VolumeCreate: endpoint({
    method: 'POST',
    path: '/volumes/create',
    body: optionalJsonBody<VolumeCreateOptions>(),
    response: json<Volume>(),
    status: 201,
  }),
  VolumeInspect: endpoint({ method: 'GET', path: '/volumes/{name}', response: json<Volume>() }),
  VolumeUpdate: endpoint({
    method: 'PUT',
    path: '/volumes/{name}',
    query: { version: int },
    body: optionalJsonBody<VolumeUpdateRequest>(),
    response: empty,
  }),
  VolumeDelete: endpoint({
    method: 'DELETE',
    path: '/volumes/{name}',
    query: { force: bool },
    response: empty,
    status: 204,
  }),
  VolumePrune: endpoint({
    method: 'POST',
    path: '/volumes/prune',
    query: { filters },
    response: json<VolumePruneResponse>(),
  }),
};
