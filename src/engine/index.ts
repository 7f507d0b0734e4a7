// The engine: what can be done with containers, exec'd processes, images, volumes and networks on one machine, one file
// a use-case. It speaks the API's types, brings the rooms below together, and publishes what happened. It leaves HTTP
// to `server`, processes to `runtime`, and every resource to its own room.

export { createContainer } from './containers/configuration/create.ts';
export { renameContainer } from './containers/configuration/rename.ts';
export { updateContainer } from './containers/configuration/update.ts';
export { archiveContainerPath, type ContainerArchive, statContainerPath } from './containers/files/archive.ts';
export { exportContainer, listContainerChanges } from './containers/files/export.ts';
export { type ExtractRequest, extractIntoContainer } from './containers/files/extract.ts';
export { pauseContainer, unpauseContainer } from './containers/lifecycle/pause.ts';
export { pruneContainers, removeContainer } from './containers/lifecycle/remove.ts';
export { restoreContainers, type Survey, surveyContainers } from './containers/lifecycle/restore.ts';
export { startContainer } from './containers/lifecycle/start.ts';
export { killContainer, restartContainer, stopContainer } from './containers/lifecycle/stop.ts';
export { waitContainer } from './containers/lifecycle/wait.ts';
export { removeLink } from './containers/links/links.ts';
export { layersOf } from './containers/state/container.ts';
export { ContainerRegistry } from './containers/state/container-registry.ts';
export { readStats } from './containers/stats/stats.ts';
export { attachContainer, resizeContainer } from './containers/streams/attach.ts';
export { inspectContainer } from './containers/views/inspect.ts';
export { listContainers } from './containers/views/list.ts';
export { readLogs } from './containers/views/logs.ts';
export { listProcesses } from './containers/views/top.ts';
export type { ContainerDefaults, Engine, EngineConfig, HostPort, Ulimit } from './engine.ts';
export { EventLog } from './events/event-log.ts';
export { watchEvents } from './events/watch-events.ts';
export { createExec, inspectExec, resizeExec, startExec } from './exec/exec.ts';
export { ExecRegistry } from './exec/exec-registry.ts';
export { importImage, loadImages, tagImage } from './images/change.ts';
export { type CommitRequest, commitContainer } from './images/commit.ts';
export { pruneImages, removeImage } from './images/remove.ts';
export { saveImages } from './images/save.ts';
export { inspectDistribution } from './images/transfer/distribution.ts';
export { pullImage } from './images/transfer/pull.ts';
export { pushImage } from './images/transfer/push.ts';
export { searchImages } from './images/transfer/search.ts';
export { imageHistory } from './images/views/history.ts';
export { inspectImage } from './images/views/inspect.ts';
export { listImages } from './images/views/list.ts';
export { inspectNetwork, listNetworks, removeNetwork } from './networks/networks.ts';
export { pruneNetworks } from './networks/prune.ts';
export { pruneFilter } from './prune-filter.ts';
export { authenticate } from './system/auth.ts';
export { measureDiskUsage } from './system/disk-usage.ts';
export { describeSystem } from './system/info.ts';
export { describeVersion } from './system/version.ts';
export { createVolume, inspectVolume, listVolumes, pruneVolumes, removeVolume } from './volumes/volumes.ts';
