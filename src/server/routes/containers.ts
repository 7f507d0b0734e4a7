// Containers: from requests to the engine's use-cases.

import { isAtLeast } from '../../api/versions.ts';
import {
  archiveContainerPath,
  attachContainer,
  createContainer,
  type Engine,
  exportContainer,
  extractIntoContainer,
  inspectContainer,
  killContainer,
  listContainerChanges,
  listContainers,
  listProcesses,
  pauseContainer,
  pruneContainers,
  pruneFilter,
  readLogs,
  readStats,
  removeContainer,
  removeLink,
  renameContainer,
  resizeContainer,
  restartContainer,
  startContainer,
  statContainerPath,
  stopContainer,
  unpauseContainer,
  updateContainer,
  waitContainer,
} from '../../engine/index.ts';
import { invalid } from '../../lib/errors.ts';
import { type Handlers, reply } from '../handler.ts';
import { requireSize } from './require-size.ts';

export function containerRoutes(engine: Engine): Handlers['containers'] {
  return {
    ContainerList: ({ query }) => listContainers(engine, query),
    ContainerCreate: ({ query, body, version }) => {
      const mountsImage = body.HostConfig?.Mounts?.some(mount => mount.Type === 'image');
      if (mountsImage && !isAtLeast(version, '1.48')) throw invalid('Mount type "Image" needs API v1.48 or newer');
      return createContainer(engine, { name: query.name, platform: query.platform, request: body });
    },
    ContainerInspect: ({ path, query }) => inspectContainer(engine, path.id, query),
    ContainerTop: ({ path, query }) => listProcesses(engine, path.id, query.ps_args),
    ContainerLogs: ({ path, query, signal }) => readLogs(engine, path.id, query, signal),
    ContainerChanges: ({ path }) => listContainerChanges(engine, path.id),
    ContainerExport: ({ path, signal }) => ({ stream: exportContainer(engine, path.id, signal) }),
    ContainerStats: ({ path, query, signal }) => {
      const options = { stream: query.stream !== false, oneShot: query['one-shot'] === true };
      return { stream: readStats(engine, path.id, options, signal) };
    },
    ContainerResize: ({ path, query }) => {
      const { columns, rows } = requireSize(query);
      return resizeContainer(engine, path.id, columns, rows);
    },
    ContainerStart: ({ path, headers }) => {
      if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 7) {
        throw invalid(
          'starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24',
        );
      }
      return startContainer(engine, path.id);
    },
    ContainerStop: ({ path, query }) => stopContainer(engine, path.id, { signal: query.signal, timeout: query.t }),
    ContainerRestart: ({ path, query }) =>
      restartContainer(engine, path.id, { signal: query.signal, timeout: query.t }),
    ContainerKill: ({ path, query }) => killContainer(engine, path.id, query.signal),
    ContainerUpdate: ({ path, body }) => updateContainer(engine, path.id, body),
    ContainerRename: ({ path, query }) => renameContainer(engine, path.id, query.name ?? ''),
    ContainerPause: ({ path }) => pauseContainer(engine, path.id),
    ContainerUnpause: ({ path }) => unpauseContainer(engine, path.id),
    ContainerAttach: ({ path, query, hijack }) => attachContainer(engine, path.id, query, hijack),
    ContainerAttachWebsocket: ({ path, query, hijack }) =>
      attachContainer(engine, path.id, { ...query, framed: false }, hijack),
    ContainerWait: ({ path, query, signal }) => ({
      later: waitContainer(engine, path.id, { condition: query.condition, signal }),
    }),
    ContainerDelete: ({ path, query }) => {
      if (query.link) return removeLink(engine, path.id);
      return removeContainer(engine, path.id, { force: query.force === true, volumes: query.v === true });
    },
    ContainerArchiveInfo: async ({ path, query }) =>
      reply(undefined, { headers: await statContainerPath(engine, path.id, query.path) }),
    ContainerArchive: ({ path, query, signal }) => archiveContainerPath(engine, path.id, { path: query.path, signal }),
    PutContainerArchive: ({ path, query, body, signal }) =>
      extractIntoContainer(engine, path.id, {
        path: query.path,
        noOverwriteDirNonDir: query.noOverwriteDirNonDir === true,
        copyUidGid: query.copyUIDGID === true,
        archive: body,
        signal,
      }),
    ContainerPrune: ({ query }) => {
      const chosen = pruneFilter(query.filters ?? {});
      return pruneContainers(engine, ({ record }) => chosen({ created: record.created, labels: record.config.Labels }));
    },
  };
}
