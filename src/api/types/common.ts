// Wire types several tags share: errors, ids, progress, platforms, authentication.

export interface AuthConfig {
  username?: string;
  password?: string;
  email?: string;
  serveraddress?: string;
  auth?: string;
  identitytoken?: string;
  registrytoken?: string;
}

export interface ErrorDetail {
  code?: number;
  message?: string;
}

export interface ProgressDetail {
  current?: number;
  total?: number;
}

export interface ErrorResponse {
  message: string;
}

export interface IDResponse {
  Id: string;
}

export interface ObjectVersion {
  Index: number;
}

export interface Driver {
  Name: string;
  Options?: Record<string, string> | null;
}

export interface Platform {
  Architecture?: string;
  OS?: string;
}

export interface OCIDescriptor {
  mediaType: string;
  digest: string;
  size: number;
  urls?: string[];
  annotations?: Record<string, string>;
  data?: string;
  platform?: OCIPlatform;
  artifactType?: string;
}

export interface OCIPlatform {
  architecture: string;
  os: string;
  'os.version'?: string;
  'os.features'?: string[];
  variant?: string;
}
