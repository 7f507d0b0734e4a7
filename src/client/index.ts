// The Engine API seen from outside: one typed call per declared operation, over a unix socket or TCP, with TLS or without. It knows how
// to reach a daemon, which version to speak, and what errors mean; what to ask is left to `cli` and `compose`.

export type { CallOptions, Client, HijackResult, Parameters, StreamResult } from './client.ts';
export { type ConnectOptions, connect } from './connect.ts';
export { isFromDaemon } from './failure.ts';
export { openConnection } from './open-connection.ts';
export { readTlsFiles, type TlsFiles } from './tls-files.ts';
