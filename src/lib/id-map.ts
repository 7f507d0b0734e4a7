// User namespaces' two ways to count users: as the container sees them, and as the host does.

/** `size` ids from `containerId` on are those from `hostId` on outside. */
export interface IdRange {
  readonly containerId: number;
  readonly hostId: number;
  readonly size: number;
}

/** What /proc/<pid>/uid_map and gid_map say of a user namespace; ranges do not overlap. */
export interface IdMap {
  readonly uid: readonly IdRange[];
  readonly gid: readonly IdRange[];
}

export interface Owner {
  uid: number;
  gid: number;
}

/** What the kernel shows for an id that has no counterpart (/proc/sys/kernel/overflowuid). */
const nobody = 65534;

/** The host's number for an id of the container; undefined when it has none. */
export function idOutside(ranges: readonly IdRange[], id: number): number | undefined {
  const range = ranges.find(({ containerId, size }) => id >= containerId && id < containerId + size);
  return range && range.hostId + id - range.containerId;
}

/** The container's number for an id of the host; nobody (65534) when it has none, as the container itself sees it. */
export function idInside(ranges: readonly IdRange[], id: number): number {
  const range = ranges.find(({ hostId, size }) => id >= hostId && id < hostId + size);
  return range ? range.containerId + id - range.hostId : nobody;
}

/** Who the container's root is outside. A map without id 0 has no root: undefined. */
export function rootOutside(map: IdMap): Owner | undefined {
  const uid = idOutside(map.uid, 0);
  const gid = idOutside(map.gid, 0);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
