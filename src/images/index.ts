// The images room: image records and their names, layers extracted once and shared, container layers (snapshots)
// mounted as overlays, the archives images come in, and pulls and pushes. It leaves registries to `distribution`, blobs
// to `content`, records to `store` and Linux to `kernel`. Which containers use an image, and telling the world about
// changes, is the engine's business.

export type { Lease } from '../content/index.ts';
export type { Repository } from '../distribution/index.ts';
export type { BuildLayer, SettledLayer } from './build/build-layer.ts';
export type { Composed, ComposeOptions } from './build/built-images.ts';
export type { CopySource, ModeChange, Owner } from './build/copy/copy-job.ts';
export type { KeptFile } from './build/copy/keep-file.ts';
export type { EarlyFiles } from './build/early-files.ts';
export type { FetchableLayer } from './build/fetch-layers.ts';
export type { LayerCompression, LayerForm } from './build/layer-blobs.ts';
export type { WorkingLayer } from './build/working-layer.ts';
export type { Image, ImageUser, LayerStack, LoadEvent } from './image.ts';
export { Images } from './images.ts';
export { parseChanges } from './import/changes.ts';
export type { Change } from './layers/diff/list-changes.ts';
export type { ImageManifest } from './records/manifests/list-manifests.ts';
export type { RemappedRoot } from './snapshots/container-layers.ts';
export type { PathStat, RootfsView } from './snapshots/rootfs-view.ts';
export type { TransferEvent } from './transfer/transfer-event.ts';
export type { TransferLimits } from './transfer/transfers.ts';
