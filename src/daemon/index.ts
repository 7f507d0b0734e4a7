// The engine as a program: reads its configuration, builds every room, takes over the containers that run, serves the
// API until it is told to stop, and closes everything in reverse. Adapters between rooms that may not know each other
// live here. What the engine can do is the business of the rooms.

export { runDaemon } from './run-daemon.ts';
