// The logs room decides where a container's output is kept and reads it back. The monitor writes (the room only says
// where and in which form), so output never passes through the daemon; reading is by driver: json-file, Docker's
// default by name, keeps the monitor's own line format on disk, none keeps nothing. It also
// rotates, asking the monitor, through whoever knows it, to go on in a new file. What a client sees (framing,
// timestamps, details) and when a container has ended are left to the rooms above.

export type { LogEntry, Rotation } from './driver.ts';
export { Logs } from './logs.ts';
