// Operations on images, and on images in registries.

import { bool, filters, int, jsonValue, jsonValues, str, strs } from '../codecs.ts';
import { bytes, empty, endpoint, json, lines, optionalJsonBody, streamBody } from '../endpoint.ts';
import type { IDResponse, OCIPlatform } from '../types/common.ts';
import type { ContainerConfig } from '../types/container-config.ts';
import type {
  CreateImageInfo,
  DistributionInspect,
  ImageDeleteResponseItem,
  ImageHistoryResponseItem,
  ImageInspect,
  ImagePruneResponse,
  ImageSearchResponseItem,
  ImageSummary,
  PushImageInfo,
} from '../types/images.ts';

/** Keys are the operation ids of the reference. */
export const images = {
  ImageList: endpoint({
    method: 'GET',
    path: '/images/json',
    query: { all: bool, filters, 'shared-size': bool, digests: bool, manifests: bool },
    response: json<ImageSummary[]>(),
  }),
  ImageCreate: endpoint({
    method: 'POST',
    path: '/images/create',
    query: { fromImage: str, fromSrc: str, repo: str, tag: str, message: str, changes: strs, platform: str },
    body: streamBody('application/x-tar'),
    response: lines<CreateImageInfo>(),
  }),
  ImageInspect: endpoint({
    method: 'GET',
    path: '/images/{name*}/json',
    query: { manifests: bool, platform: jsonValue<OCIPlatform>() },
    response: json<ImageInspect>(),
  }),
  ImageHistory: endpoint({
    method: 'GET',
    path: '/images/{name*}/history',
    query: { platform: jsonValue<OCIPlatform>() },
    response: json<ImageHistoryResponseItem[]>(),
  }),
  ImagePush: endpoint({
    method: 'POST',
    path: '/images/{name*}/push',
    query: { tag: str, platform: jsonValue<OCIPlatform>() },
    response: lines<PushImageInfo>(),
  }),
  ImageTag: endpoint({
    method: 'POST',
    path: '/images/{name*}/tag',
    query: { repo: str, tag: str },
    response: empty,
    status: 201,
  }),
  ImageDelete: endpoint({
    method: 'DELETE',
    path: '/images/{name*}',
    query: { force: bool, noprune: bool, platforms: jsonValues<OCIPlatform>() },
    response: json<ImageDeleteResponseItem[]>(),
  }),
  ImageSearch: endpoint({
    method: 'GET',
    path: '/images/search',
    query: { term: str, limit: int, filters },
    response: json<ImageSearchResponseItem[]>(),
  }),
  ImagePrune: endpoint({
    method: 'POST',
    path: '/images/prune',
    query: { filters },
    response: json<ImagePruneResponse>(),
  }),
  ImageCommit: endpoint({
    method: 'POST',
    path: '/commit',
    query: { container: str, repo: str, tag: str, comment: str, author: str, pause: bool, changes: strs },
    body: optionalJsonBody<ContainerConfig>(),
    response: json<IDResponse>(),
    status: 201,
  }),
  ImageGet: endpoint({
    method: 'GET',
    path: '/images/{name*}/get',
    query: { platform: jsonValues<OCIPlatform>() },
    response: bytes('application/x-tar'),
  }),
  ImageGetAll: endpoint({
    method: 'GET',
    path: '/images/get',
    query: { names: strs, platform: jsonValues<OCIPlatform>() },
    response: bytes('application/x-tar'),
  }),
  ImageLoad: endpoint({
    method: 'POST',
    path: '/images/load',
    query: { quiet: bool, platform: jsonValues<OCIPlatform>() },
    body: streamBody('application/x-tar'),
    response: lines<CreateImageInfo>(),
  }),
  DistributionInspect: endpoint({
    method: 'GET',
    path: '/distribution/{name*}/json',
    response: json<DistributionInspect>(),
  }),
};
