// What a volume is: the plain value this room stores and hands out.

/** A volume as recorded. */
export interface Volume {
  name: string;
  driver: string;
  /** Absolute path that containers mount; made before the record is handed out. */
  mountpoint: string;
  /** RFC 3339. */
  createdAt: string;
  labels: Record<string, string>;
  /** Driver options as given (`type`, `o`, `device` for the local driver). */
  options: Record<string, string>;
  /** Made for one container without a name of its own; `docker run --rm` and `volume prune` remove such volumes. */
  anonymous: boolean;
}

/** What a caller asks for; everything may be left out. */
export interface CreateVolume {
  name?: string;
  driver?: string;
  options?: Record<string, string>;
  labels?: Record<string, string>;
  /** Given a 64-digit name of its own when `name` is missing; this flag alone marks it for removal with its container. */
  anonymous?: boolean;
}
