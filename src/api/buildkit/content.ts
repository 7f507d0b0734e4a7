// Blobs that a client keeps and takes over its session: containerd's content service
// (api/services/content/v1/content.proto), as far as caches and image layouts in directories of the client need it.
import { bytes, int32, int64, message, nested, string } from './message.ts';

/** Where its methods are; the name of one follows. */
export const contentService = '/containerd.services.content.v1.Content/';

/** The metadata of a call that names one of several stores of a client, by the id a build has for it. */
export const contentStoreKey = 'buildkit-attachable-store-id';

/** Blobs are cut into messages of at most this many bytes. */
export const contentPortion = 1024 * 1024;

const contentInfo = message({
  digest: string(1),
  size: int64(2),
});

export const contentInfoRequest = message({
  digest: string(1),
});

export const contentInfoResponse = message({
  info: nested(1, contentInfo),
});

/** `size` 0: to the end. */
export const readContentRequest = message({
  digest: string(1),
  offset: int64(2),
  size: int64(3),
});

export const readContentResponse = message({
  offset: int64(1),
  data: bytes(2),
});

export const writeAction = { stat: 0, write: 1, commit: 2 } as const;

/** `ref` names the upload; `total` and `expected` what it shall be, once that is known. */
export const writeContentRequest = message({
  action: int32(1),
  ref: string(2),
  total: int64(3),
  expected: string(4),
  offset: int64(5),
  data: bytes(6),
});

export const writeContentResponse = message({
  action: int32(1),
  offset: int64(4),
  total: int64(5),
  digest: string(6),
});
