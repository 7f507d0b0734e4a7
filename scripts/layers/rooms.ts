// The room table of the house: which room of src/ may import which. ARCHITECTURE.md explains it; this file is the one that counts.

/** What one room may import besides `lib` and itself. */
interface Room {
  readonly mayImport: readonly string[];
  /** Without a door, other rooms import its files directly. */
  readonly door: boolean;
}

const daemonWing = [
  ...['server', 'engine', 'builder', 'swarm', 'registry'],
  ...['images', 'networks', 'volumes', 'runtime', 'logs'],
  ...['kernel', 'content', 'store', 'distribution', 'plugins', 'api', 'oci'],
];

/** Every room of `src/`, top floor first. A room that is not here may not exist. */
export const rooms: Readonly<Record<string, Room>> = {
  daemon: { mayImport: daemonWing, door: true },
  cli: { mayImport: ['compose', 'client', 'distribution', 'kernel', 'api', 'oci'], door: true },
  console: { mayImport: ['api'], door: true },
  server: { mayImport: ['engine', 'builder', 'swarm', 'api'], door: true },
  client: { mayImport: ['api'], door: true },
  compose: { mayImport: ['client', 'api', 'oci'], door: true },
  engine: {
    mayImport: ['images', 'networks', 'volumes', 'runtime', 'logs', 'distribution', 'store', 'api', 'oci'],
    door: true,
  },
  builder: { mayImport: ['images', 'networks', 'runtime', 'store', 'oci'], door: true },
  swarm: { mayImport: ['store', 'api'], door: true },
  registry: { mayImport: ['content', 'distribution', 'oci'], door: true },
  images: { mayImport: ['content', 'store', 'distribution', 'kernel', 'oci'], door: true },
  networks: { mayImport: ['plugins', 'store', 'kernel', 'oci'], door: true },
  volumes: { mayImport: ['plugins', 'store', 'kernel'], door: true },
  runtime: { mayImport: ['kernel', 'oci'], door: true },
  logs: { mayImport: ['plugins'], door: true },
  kernel: { mayImport: [], door: true },
  content: { mayImport: ['oci'], door: true },
  store: { mayImport: [], door: true },
  distribution: { mayImport: ['oci'], door: true },
  plugins: { mayImport: [], door: true },
  api: { mayImport: ['oci'], door: false },
  oci: { mayImport: [], door: false },
  lib: { mayImport: [], door: false },
};

/** The program's entry picks a program by name: besides `lib` it may open these doors only. */
export const entryMayImport: readonly string[] = ['daemon', 'cli'];

/** Rooms that may read the environment and arguments, and end the process. */
export const programRooms: readonly string[] = ['daemon', 'cli'];

/** The one room that may use `bun:ffi`, `/proc` and `/sys`. */
export const kernelRoom = 'kernel';

export const longestFile = 500;
