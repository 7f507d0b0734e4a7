// The paths and names that are given to one daemon of a test, and to nobody else.

/** Where one daemon of a test has what is its own. */
export interface DaemonPlaces {
  readonly root: string;
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly socket: string;
  readonly pidFile: string;
  readonly logFile: string;
  readonly configFile: string;
  readonly bridge: string;
  readonly bip: string;
  readonly table: string;
  /** Every cgroup of its containers is below this path, in each hierarchy. */
  readonly cgroupParent: string;
}
