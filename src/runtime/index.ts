// The runtime room turns an OCI specification into a running process and stays in touch with it: it writes the
// bundle, starts one monitor (conmon) per process, which owns its stdio, its log and its exit code and outlives the
// daemon, and talks to the OCI runtime (crun, runc, any other by name). It knows nothing of images, networks or
// Docker's HostConfig: rootfs, namespaces and mounts come in as plain values, output leaves through a log sink, news
// through promises. Which records exist and when to restart is the engine's business.

export { resolveCapabilities } from './capabilities.ts';
export type { AttachStream, EndedProcess, ExitStatus, OutputChunk, Process } from './process.ts';
export type { AdoptedExec } from './processes/adopt-execs.ts';
export type { ResourceUsage } from './processes/resource-usage.ts';
export { type CreateOptions, type ExecOptions, Runtime } from './runtime.ts';
export { buildSpec } from './spec/build-spec.ts';
export { defaultMaskedPaths, defaultReadonlyPaths } from './spec/defaults.ts';
export { describeHost } from './spec/describe-host.ts';
export type { MountSpec, ResourceLimits, SpecHost, SpecInput } from './spec/input.ts';
export { type ResolvedUser, resolveUser } from './users.ts';
