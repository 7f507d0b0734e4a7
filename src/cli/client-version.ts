// What this program says about itself.

import packageFile from '../../package.json' with { type: 'json' };
import { maximumVersion } from '../api/versions.ts';

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
    Version: packageFile.version,
    ApiVersion: apiVersion,
    DefaultAPIVersion: maximumVersion,
    GitCommit: '',
    GoVersion: `bun${process.versions.bun ?? ''}`,
    Os: process.platform,
    Arch: process.arch === 'x64' ? 'amd64' : process.arch,
    BuildTime: '',
    Context: context,
  };
}
