// What a registry is told when it is opened.

/** One thing somebody may do with a repository; `catalog`: see it in the catalogue and in search results. */
export type Action = 'pull' | 'push' | 'delete' | 'catalog';

/** Grants `actions` on every repository whose name matches one of `repositories` to everybody in `users`. */
export interface AccessRule {
  /** `*` stands for anything but a slash, `**` for anything, `{user}` for the name of who asks. */
  readonly repositories: readonly string[];
  /** Names, `@group`, `*` for everybody who signed in, `anonymous` for everybody. */
  readonly users: readonly string[];
  readonly actions: readonly Action[];
}

export interface TokenOptions {
  /** What tokens say they are from and for. */
  readonly issuer: string;
  readonly service: string;
  /** Where clients find the token endpoint; undefined: at `/token` of the address they came to. */
  readonly realm?: string | undefined;
  /** Milliseconds that an access token, and a refresh token, counts. */
  readonly lifetime: number;
  readonly refreshLifetime: number;
}

export interface AccessOptions {
  /** A file of `user:bcrypt` lines; read again when it changes. */
  readonly htpasswd: string;
  readonly realm: string;
  /** Whether clients come by TLS: where they are sent for tokens begins accordingly. */
  readonly secure: boolean;
  /** Absent: clients send their password with every request (Basic). */
  readonly tokens?: TokenOptions | undefined;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** The first rule counts no more than the last: what any of them grants is granted. */
  readonly rules: readonly AccessRule[];
}

/** Repositories below `prefix/` are those of another registry, kept here once somebody asked for them. */
export interface UpstreamOptions {
  readonly prefix: string;
  /** Its domain, as in an image's name: `docker.io`, `registry.example:5000`. */
  readonly domain: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Milliseconds for which a tag is believed without asking. */
  readonly fresh: number;
  /** Milliseconds it has to answer before what is here is served instead. */
  readonly wait: number;
}

/** Which tags of the repositories that match are deleted: those beyond the newest `keepLast` and older than `maxAge`. */
export interface RetentionRule {
  readonly repositories: readonly string[];
  /** Of tags, with `*`. */
  readonly tags: readonly string[];
  readonly keepLast?: number | undefined;
  /** Milliseconds since the tag was pushed. */
  readonly maxAge?: number | undefined;
}

export interface CollectionOptions {
  /** Milliseconds between two collections; 0: only when asked. */
  readonly interval: number;
  /** Milliseconds for which nothing that was pushed or asked for is collected. */
  readonly grace: number;
  /** Milliseconds after which a manifest without a tag goes, with nothing that needs it; undefined: never. */
  readonly untagged?: number | undefined;
  readonly retention: readonly RetentionRule[];
}

export type WebhookAction = 'push' | 'pull' | 'mount' | 'delete';

/** Where news of the registry is sent, in the envelope of Docker's registry. */
export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly actions: readonly WebhookAction[];
  /** Milliseconds that one request may take. */
  readonly timeout: number;
  /** Milliseconds before the first retry; doubled for each further one, up to five minutes. */
  readonly backoff: number;
  /** How often one event is tried before it is given up; those that wait behind it wait as long. */
  readonly attempts: number;
}

export interface RegistryOptions {
  /** The folder everything is kept in; made when missing. One process at a time. */
  readonly root: string;
  /** Absent: everybody may do everything. */
  readonly access?: AccessOptions | undefined;
  /** Refuses whatever would change something, and collects nothing by itself. */
  readonly readOnly: boolean;
  /** Whether clients may delete. */
  readonly deletion: boolean;
  readonly upstreams: readonly UpstreamOptions[];
  readonly collection: CollectionOptions;
  readonly webhooks: readonly WebhookOptions[];
  /** Milliseconds after which an upload that nobody goes on with is removed. */
  readonly uploadTimeout: number;
}

const hour = 3_600_000;

/** An open registry that keeps everything but what clients delete, and collects garbage once an hour. */
export const defaultOptions: Omit<RegistryOptions, 'root'> = {
  readOnly: false,
  deletion: true,
  upstreams: [],
  collection: { interval: hour, grace: hour, retention: [] },
  webhooks: [],
  uploadTimeout: 24 * hour,
};
