// The builder room: a Dockerfile and its context become images. `context` brings files, `dockerfile` reads the language,
// `graph` turns instructions into vertices named by their content, `solve` runs what the cache does not have, `ops` are
// the steps themselves (containers, copies, downloads), `export` makes images and files of the last one. Layers and
// image records belong to `images`, processes to `runtime`, their network to `networks`; who asks and how progress is
// shown is the business of the doors (`server`, BuildKit's gRPC).

export type { KeptFile } from '../images/index.ts';
export type { DockerfileDescription } from './build/describe-dockerfile.ts';
export { Builder } from './builder.ts';
export type { GcRule } from './cache/gc-rules.ts';
export { type ContextSources, directorySource } from './context/context-sources.ts';
export { type FoundInTree, findInTree } from './context/find-in-tree.ts';
export type { Told } from './context/mirror/asking-order.ts';
export type { HandedFiles } from './context/mirror/handed-files.ts';
export type { Mirror } from './context/mirror/mirror.ts';
export type { Incoming, MirrorUpdate } from './context/mirror/mirror-update.ts';
export { Mirrors } from './context/mirror/mirrors.ts';
export type { OwnedSource } from './context/sources/filled-source.ts';
export { DockerfileError } from './dockerfile/dockerfile-error.ts';
export { LintError } from './dockerfile/lint/lint-error.ts';
export type { LineRange } from './dockerfile/syntax.ts';
export { ClassicError } from './errors/classic-error.ts';
export { MissingSourceError } from './errors/missing-source-error.ts';
export { StepError, StepStartError } from './errors/step-error.ts';
export { VertexError } from './errors/vertex-error.ts';
export type { HistoryBlob, HistoryRecord } from './history/history-record.ts';
export type { BuildEvent, BuildWarning, CacheReason, PlannedStep, Vertex } from './progress.ts';
export type {
  AnnotationLevel,
  Annotations,
  Attestations,
  BlobOptions,
  BlobStore,
  BuildRequest,
  BuildWords,
  CacheReference,
  Compression,
  DockerfileInput,
  Entitlement,
  ExportRequest,
  NamedContext,
  ProvenanceOptions,
  RegistryCredentials,
  SbomOptions,
  TreeTarget,
  Ulimit,
} from './request.ts';
export type { BuildResult, BuildRun } from './run.ts';
export type {
  ArrivingTree,
  BuildSource,
  OpenSourceOptions,
  SourceFilter,
  SourceTree,
  WantedFiles,
  WantedPart,
} from './source.ts';
export type { CacheUsage, PruneOptions } from './usage.ts';
