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
import { understandCreate } from '../older-clients/create-request.ts';
import { requireSize } from './require-size.ts';

export function containerRoutes(engine: Engine): Handlers['containers'] {
  return {
    ContainerList: async ({ query, version }) => {
      const containers = await listContainers(engine, query);
      if (isAtLeast(version, '1.46')) return containers;
      return containers.map(({ HostConfig: { NetworkMode }, ...rest }) => ({ ...rest, HostConfig: { NetworkMode } }));
    },
    ContainerCreate: ({ query, body, version }) => {
      const platform = isAtLeast(version, '1.41') ? query.platform : undefined;
      const understood = understandCreate(body, version, engine.host.spec.cgroupVersion);
      return createContainer(engine, { name: query.name, platform, ...understood });
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
    ContainerStop: ({ path, query, version }) => stopContainer(engine, path.id, stopOptions(query, version)),
    ContainerRestart: ({ path, query, version }) => restartContainer(engine, path.id, stopOptions(query, version)),
    ContainerKill: ({ path, query }) => killContainer(engine, path.id, query.signal),
    ContainerUpdate: ({ path, body, version }) => {
      const { PidsLimit: _later, ...rest } = body;
      return updateContainer(engine, path.id, isAtLeast(version, '1.40') ? body : rest);
    },
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

/** A signal other than the container's own can be asked for since 1.42. */
function stopOptions(query: { signal?: string; t?: number }, version: string): { signal?: string; timeout?: number } {
  return { ...(isAtLeast(version, '1.42') && { signal: query.signal }), timeout: query.t };
}
