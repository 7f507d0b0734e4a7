// The content room: immutable blobs by digest, in an OCI layout (`blobs/<algorithm>/<hex>`). It verifies what comes
// in, hands out what it has, and removes what nobody wants: `collect` takes away every blob that neither a keeper nor a
// lease names. What a record names is kept by a keeper (`store.pins.addKeeper`), added when the room that has the record
// is built, before anything collects; what work under way has fetched or is about to record is kept by a lease
// (`using lease = store.pins.lease()`, and `{ lease }` to `ingest`), which needs no trace on disk: it dies with the
// process, and so does what was not recorded by then. Blobs that come in pieces over several connections are `uploads`.
export { ContentStore } from './content-store.ts';
export type { GrowingBlob } from './growing/growing-blob.ts';
export { type GrowingFile, readGrowing } from './growing/growing-file.ts';
export type { PartialBlob } from './partial-blob.ts';
export type { Keeper, Lease } from './pins.ts';
export { readShared, SharedBytes } from './shared/shared-bytes.ts';
