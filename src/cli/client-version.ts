// What this program says about itself.

import { maximumVersion } from '../api/versions.ts';
import { buildInfo } from '../lib/build-info.ts';

/** The `Client` part of `version` and `info`. */
export interface ClientVersion {
  Version: string;
  ApiVersion: string;
  DefaultAPIVersion: string;
  GitCommit: string;
  GoVersion: string;
  Os: string;
  Arch: string;
  BuildTime: string;
  Context: string;
}

/** This program's version; Go has no part in it, so that field names the runtime. */
export function clientVersion(context: string, apiVersion: string): ClientVersion {
  return {
    Version: buildInfo.version,
    ApiVersion: apiVersion,
    DefaultAPIVersion: maximumVersion,
    GitCommit: buildInfo.commit,
    GoVersion: `bun${process.versions.bun ?? ''}`,
    Os: process.platform,
    Arch: process.arch === 'x64' ? 'amd64' : process.arch,
    BuildTime: buildInfo.buildTime,
    Context: context,
  };
}
