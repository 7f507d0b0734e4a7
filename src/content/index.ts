// The content room: immutable blobs by digest, in an OCI layout (`blobs/<algorithm>/<hex>`). It verifies what comes
// in and hands out what it has; which blobs are still wanted is decided by the rooms above, who call `remove`.
export { ContentStore, type IngestOptions } from './content-store.ts';
