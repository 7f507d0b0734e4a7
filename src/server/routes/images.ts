// Images: from requests to the engine's use-cases.

import {
  commitContainer,
  type Engine,
  imageHistory,
  importImage,
  inspectDistribution,
  inspectImage,
  listImages,
  loadImages,
  pruneImages,
  pullImage,
  pushImage,
  removeImage,
  saveImages,
  searchImages,
  tagImage,
} from '../../engine/index.ts';
import { type Handlers, reply } from '../handler.ts';

/** Carries who the client is to the registry. */
const registryAuth = 'x-registry-auth';

export function imageRoutes(engine: Engine): Handlers['images'] {
  return {
    ImageList: ({ query, version }) => listImages(engine, { ...query, version }),
    ImageCreate: ({ query, body, headers, signal }) => {
      if (query.fromImage) {
        const { fromImage: image, tag, platform } = query;
        return { stream: pullImage(engine, { image, tag, platform, auth: headers[registryAuth], signal }) };
      }
      const { fromSrc: source = '', repo: repository, tag, message, changes = [], platform } = query;
      return { stream: importImage(engine, { source, body, repository, tag, message, changes, platform, signal }) };
    },
    ImageInspect: ({ path, query, version }) => inspectImage(engine, path.name, { ...query, version }),
    ImageHistory: ({ path, query }) => imageHistory(engine, path.name, query.platform),
    ImagePush: ({ path, query: { tag, platform }, headers, signal }) => ({
      stream: pushImage(engine, { name: path.name, tag, platform, auth: headers[registryAuth], signal }),
    }),
    ImageTag: ({ path, query }) => {
      tagImage(engine, path.name, query.repo ?? '', query.tag ?? '');
      return reply(undefined, { status: 201 });
    },
    ImageDelete: ({ path, query }) =>
      removeImage(engine, path.name, {
        force: query.force === true,
        prune: query.noprune !== true,
        platforms: query.platforms,
      }),
    ImageSearch: ({ query: { term = '', limit, filters }, headers, signal }) =>
      searchImages(engine, { term, limit, filters }, { auth: headers[registryAuth], signal }),
    ImagePrune: ({ query }) => pruneImages(engine, query.filters ?? {}),
    ImageCommit: ({ query, body, signal }) =>
      commitContainer(engine, {
        container: query.container,
        repository: query.repo,
        tag: query.tag,
        comment: query.comment,
        author: query.author,
        pause: query.pause !== false,
        changes: query.changes ?? [],
        config: body,
        signal,
      }),
    ImageGet: ({ path, query }) => ({ stream: saveImages(engine, [path.name], query.platform) }),
    ImageGetAll: ({ query }) => ({ stream: saveImages(engine, query.names ?? [], query.platform) }),
    ImageLoad: ({ query, body, signal }) => ({
      stream: loadImages(engine, body, { quiet: query.quiet === true, platforms: query.platform, signal }),
    }),
    DistributionInspect: ({ path, headers, signal }) =>
      inspectDistribution(engine, path.name, { auth: headers[registryAuth], signal }),
  };
}
