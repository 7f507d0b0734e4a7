// What happened in the registry, as others hear of it.
import type { Digest } from '../../oci/digest.ts';
import type { WebhookAction } from '../options.ts';

export interface RegistryEvent {
  readonly action: WebhookAction;
  readonly repository: string;
  /** Empty for the deletion of a tag. */
  readonly target: {
    readonly mediaType?: string;
    readonly digest?: Digest;
    readonly size?: number;
    readonly tag?: string;
  };
  /** Who did it; empty for somebody who did not sign in. */
  readonly actor: string;
  /** The request that did it; absent when the registry itself did. */
  readonly request?: {
    readonly method: string;
    readonly host: string;
    /** Whether it came by TLS. */
    readonly secure: boolean;
    readonly userAgent: string;
    readonly address: string;
  };
}
