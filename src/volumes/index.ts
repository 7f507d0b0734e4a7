// Volumes: named and anonymous directories that outlive containers, their drivers, and filling an empty one from an
// image. It leaves to others: bind mounts of host paths and where a volume appears in a container (engine), and
// system calls (kernel).

export type { Volume } from './volume.ts';
export { Volumes } from './volumes.ts';
