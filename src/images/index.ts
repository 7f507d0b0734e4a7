// The images room: image records and their names, layers extracted once and shared, container layers (snapshots)
// mounted as overlays, the archives images come in, and pulls and pushes. It leaves registries to `distribution`, blobs
// to `content`, records to `store` and Linux to `kernel`. Which containers use an image, and telling the world about
// changes, is the engine's business.

export type { Keeper, Lease } from '../content/index.ts';
export type { Repository } from '../distribution/index.ts';
export type { BuildLayer, SettledLayer } from './build/build-layer.ts';
export type { BuildLayers, LayerView } from './build/build-layers.ts';
export type { BuiltImages, Composed, ComposeOptions } from './build/built-images.ts';
export type { CopyOutcome, CopySource, ModeChange, Owner } from './build/copy/copy-job.ts';
export type { FetchableLayer, FetchedLayer } from './build/fetch-layers.ts';
export type { LayerBlobs, LayerCompression, LayerForm } from './build/layer-blobs.ts';
export type { WorkingLayer } from './build/working-layer.ts';
export type { HistoryRow, Image, ImageSource, ImageUser, LayerStack, LoadEvent, RemovedImage } from './image.ts';
export { Images, type ImagesDeps, type ImagesOptions } from './images.ts';
export { parseChange, parseChanges } from './import/changes.ts';
export type { Change } from './layers/diff/list-changes.ts';
export type { ImageManifest } from './records/manifests/list-manifests.ts';
export type { ContainerLayer, RemappedRoot } from './snapshots/container-layers.ts';
export type { ExtractOptions, PathStat, RootfsView } from './snapshots/rootfs-view.ts';
export type { ViewMount } from './snapshots/view-mount.ts';
export type { TransferEvent } from './transfer/transfer-event.ts';
export type { TransferLimits, TransferRequest, Transfers } from './transfer/transfers.ts';
