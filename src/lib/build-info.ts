// What this very executable is. The build script puts the values in; run from the sources they say so.

declare const BERTH_VERSION: string | undefined;
declare const BERTH_COMMIT: string | undefined;
declare const BERTH_BUILD_TIME: string | undefined;

/** `buildTime` is RFC 3339, '' when it was not built. */
export interface BuildInfo {
  version: string;
  commit: string;
  buildTime: string;
}

export const buildInfo: BuildInfo = {
  version: typeof BERTH_VERSION === 'string' ? BERTH_VERSION : 'dev',
  commit: typeof BERTH_COMMIT === 'string' ? BERTH_COMMIT : 'unknown',
  buildTime: typeof BERTH_BUILD_TIME === 'string' ? BERTH_BUILD_TIME : '',
};
