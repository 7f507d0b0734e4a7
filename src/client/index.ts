// The Engine API seen from outside: one typed call per declared operation, over a unix socket or TCP, with TLS or without. It knows how
// to reach a daemon, which version to speak, and what errors mean; in `buildkit/`, how a daemon is asked to build and is given what
// its builds need. What to ask is left to `cli`.

export type { BuildkitClient } from './buildkit/buildkit-client.ts';
export type { SessionOptions } from './buildkit/session/open-session.ts';
export type { BuildOutput } from './buildkit/session/receive-output.ts';
export type { Client, HijackResult } from './client.ts';
export { connect } from './connect.ts';
export { connectBuildkit } from './connect-buildkit.ts';
export { isFromDaemon } from './failure.ts';
export { openConnection } from './open-connection.ts';
export { readTlsFiles, type TlsFiles } from './tls-files.ts';
