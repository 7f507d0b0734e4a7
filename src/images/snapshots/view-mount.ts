// What a view of a root file system shows besides the layers.

/** Something of the host that the container has mounted. */
export interface ViewMount {
  source: string;
  /** Absolute, in the container. */
  destination: string;
  readonly: boolean;
  /** With what is mounted below the source. */
  recursive: boolean;
}
