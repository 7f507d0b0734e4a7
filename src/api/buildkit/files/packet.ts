// The stat and packets of fsutil's file synchronisation (tonistiigi/fsutil/types).
import { bigint64, bytes, int64, type MessageOf, map, message, nested, string, uint32 } from '../message.ts';

/** `mode` is Go's os.FileMode, `mod_time` nanoseconds since 1970; regular files have no type bit. */
export const stat = message({
  path: string(1),
  mode: uint32(2),
  uid: uint32(3),
  gid: uint32(4),
  size: int64(5),
  modTime: bigint64(6),
  linkname: string(7),
  devmajor: int64(8),
  devminor: int64(9),
  xattrs: map(10, bytes),
});
export type Stat = MessageOf<typeof stat>;

/** `packetHanded` is Berth's own, and sent only where it was offered: see `open-files.ts`. */
export const packetType = {
  ...{ packetStat: 0, packetReq: 1, packetData: 2, packetFin: 3, packetErr: 4 },
  packetHanded: 100,
} as const;

export const packet = message({
  type: uint32(1),
  stat: nested(2, stat),
  id: uint32(3),
  data: bytes(4),
});
export type Packet = MessageOf<typeof packet>;
